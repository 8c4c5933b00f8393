// Charts of accounts: the templates that an issuer's books are opened with, one account per role.
import { AccountRole, AccountType, ACCOUNT_ROLES } from './account-role';

export interface ChartAccount {
  readonly role: AccountRole;
  readonly code: string;
  readonly name: string;
  readonly type: AccountType;
  /** Every posting names its document, so that the sub-ledger is a view of the account. */
  readonly byDocument: boolean;
  /** In the taxonomy of the country's audit file, where it has one. */
  readonly taxonomyCode: number | null;
}

/** The accounts whose balance is the sum over documents: open invoices, captured payments, unallocated receipts, disputes. */
const BY_DOCUMENT: ReadonlySet<AccountRole> = new Set(['receivables', 'provider-clearing', 'unapplied-cash', 'disputes']);

/** What an account is in substance is the same everywhere; its code and name are the country's. */
const TYPE: Readonly<Record<AccountRole, AccountType>> = {
  receivables: 'asset',
  'deferred-revenue': 'liability',
  revenue: 'income',
  'vat-payable': 'liability',
  'provider-clearing': 'asset',
  'unapplied-cash': 'liability',
  bank: 'asset',
  'provider-fees': 'expense',
  disputes: 'asset',
  'bad-debt': 'expense',
  'fx-gain': 'income',
  'fx-loss': 'expense',
};

type CodesAndNames = Readonly<Record<AccountRole, readonly [code: string, name: string, taxonomyCode?: number]>>;

/** IFRS prescribes no codes; these follow the usual classes: 1 assets, 2 liabilities, 4 income, 5 expenses. */
const IFRS: CodesAndNames = {
  bank: ['1000', 'Cash at bank'],
  'provider-clearing': ['1050', 'Payment provider clearing'],
  receivables: ['1100', 'Trade receivables'],
  disputes: ['1150', 'Disputed payments receivable'],
  'unapplied-cash': ['2100', 'Unapplied cash'],
  'vat-payable': ['2200', 'VAT payable'],
  'deferred-revenue': ['2300', 'Deferred revenue'],
  revenue: ['4000', 'Revenue from services'],
  'fx-gain': ['4900', 'Foreign exchange gains'],
  'provider-fees': ['5100', 'Payment provider fees'],
  'bad-debt': ['5200', 'Bad debt'],
  'fx-loss': ['5900', 'Foreign exchange losses'],
};

/** Portugal: the code of accounts of the Sistema de Normalização Contabilística (SNC), with taxonomy S of SAF-T (Portaria 302/2016, annex II). */
const SNC: CodesAndNames = {
  bank: ['12', 'Depósitos à ordem', 2],
  'provider-clearing': ['2781', 'Prestadores de serviços de pagamento', 138],
  receivables: ['2111', 'Clientes gerais', 10],
  disputes: ['2782', 'Pagamentos contestados', 138],
  'unapplied-cash': ['218', 'Adiantamentos de clientes', 23],
  'vat-payable': ['2433', 'IVA liquidado', 75],
  'deferred-revenue': ['282', 'Rendimentos a reconhecer', 147],
  revenue: ['721', 'Prestações de serviços', 513],
  'fx-gain': ['7861', 'Diferenças de câmbio favoráveis', 617],
  'provider-fees': ['6225', 'Comissões', 361],
  'bad-debt': ['683', 'Dívidas incobráveis', 475],
  'fx-loss': ['692', 'Diferenças de câmbio desfavoráveis', 503],
};

const NATIONAL: Readonly<Record<string, CodesAndNames>> = { PT: SNC };

/** The chart for a country (ISO 3166 alpha-2, capitals): its national code of accounts where we know it, else IFRS-style. */
export function chartFor(country: string): ChartAccount[] {
  const template = NATIONAL[country] ?? IFRS;
  return ACCOUNT_ROLES.map((role) => {
    const [code, name, taxonomyCode = null] = template[role];
    return { role, code, name, type: TYPE[role], byDocument: BY_DOCUMENT.has(role), taxonomyCode };
  });
}
