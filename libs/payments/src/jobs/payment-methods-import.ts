// The import of payment methods: a provider's token per member. Open invoices of members who had no method are scheduled.
import { Injectable } from '@nestjs/common';
import { ImportColumns, ImportHandler, ImportKind, ImportRow, Reader, Rejection, RowOf, Tx } from '@countinghouse/platform';
import { isPaymentToken } from '../domain/payment-token';
import { schedulePayments } from '../persistence/collection.queries';
import { activateMethods, membersByKey } from '../persistence/payment-method.queries';
import { Providers } from '../providers/providers';

const COLUMNS = {
  company_number: { type: 'text', required: true, max: 40 },
  employee_id: { type: 'text', required: true, max: 100 },
  provider: { type: 'text', required: true, max: 40 },
  token: { type: 'text', required: true, secret: true },
  label: { type: 'text', max: 100 },
} as const satisfies ImportColumns;
type Row = RowOf<typeof COLUMNS>;

@Injectable()
@ImportKind({ kind: 'payments.payment-methods', queue: 'payments', columns: COLUMNS, key: ['company_number', 'employee_id'] })
export class PaymentMethodsImport extends ImportHandler<Row> {
  constructor(private readonly providers: Providers) {
    super();
  }

  async check(reader: Reader, rows: readonly ImportRow<Row>[]): Promise<Rejection[]> {
    const members = await membersByKey(reader, rows.map(({ values }) => keyOf(values)));
    return rows.flatMap(({ line, values }, i) => [
      ...(members[i] === null ? [memberUnknown(line, values)] : []),
      ...(this.providers.has(values.provider) ? [] : [providerUnknown(line, values.provider)]),
      ...(isPaymentToken(values.token) ? [] : [tokenInvalid(line)]),
    ]);
  }

  async apply(tx: Tx, rows: readonly ImportRow<Row>[]): Promise<Record<string, number>> {
    const members = await membersByKey(tx, rows.map(({ values }) => keyOf(values)));
    const methods = rows.map(({ values: { provider, token, label } }, i) => ({ memberId: members[i]!, provider, token, label: label ?? '' }));
    const counts = await activateMethods(tx, methods);
    const scheduled = await schedulePayments(tx, { memberIds: methods.map((method) => method.memberId) });
    return { ...counts, scheduled };
  }
}

function keyOf(row: Row) {
  return { companyNumber: row.company_number, employeeId: row.employee_id };
}

function memberUnknown(line: number, row: Row): Rejection {
  return {
    line,
    column: 'employee_id',
    value: row.employee_id,
    code: 'MEMBER_UNKNOWN',
    reason: `The company ${row.company_number} has no member ${row.employee_id}.`,
    remedy: "Import the company's members first, or correct the line.",
  };
}

function providerUnknown(line: number, provider: string): Rejection {
  return {
    line,
    column: 'provider',
    value: provider,
    code: 'PROVIDER_UNKNOWN',
    reason: `There is no payment provider ${provider}.`,
    remedy: 'Use the name of a provider that is configured, in lower case.',
  };
}

function tokenInvalid(line: number): Rejection {
  return {
    line,
    column: 'token',
    value: null,
    code: 'TOKEN_INVALID',
    reason: "The token is not in the form of a provider's token.",
    remedy: 'Give the token that the provider has issued for the card; card numbers are never taken.',
  };
}
