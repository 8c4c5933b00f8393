// The mutations of companies, each one business act.
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { CompanyId, parseId } from '@countinghouse/kernel';
import { CurrentActor, idOf, optionalIdOf, RequestLoaders, type Actor, type Loaders } from '@countinghouse/platform';
import type { CompanyProfile } from '../domain/company-profile';
import type { StatusMove } from '../domain/company-status';
import { AddNote } from '../use-cases/add-note';
import { ChangeCompanyStatus } from '../use-cases/change-company-status';
import { CheckVat } from '../use-cases/check-vat';
import { ContactId, Contacts } from '../use-cases/contacts';
import { EditCompany } from '../use-cases/edit-company';
import { MoveCompanies } from '../use-cases/move-companies';
import { reasonOf } from '../use-cases/refusals';
import { RegisterCompany } from '../use-cases/register-company';
import { contactsOf, vatChecksByIds } from './company-detail.queries';
import * as t from './company-change.type';
import { companiesByIds } from './company.queries';

/** Nothing can be put in their place, so null says nothing about them. */
const NEVER_EMPTY = ['legalName', 'country', 'currency', 'language', 'timeZone', 'paymentTermsDays', 'paymentTermsKind', 'costCentres'] as const;

@Resolver()
export class CompanyChangeResolver {
  constructor(
    private readonly registering: RegisterCompany,
    private readonly editing: EditCompany,
    private readonly statuses: ChangeCompanyStatus,
    private readonly moves: MoveCompanies,
    private readonly contacts: Contacts,
    private readonly notes: AddNote,
    private readonly vat: CheckVat,
  ) {}

  @Mutation(() => t.CompanyPayload)
  async companyRegister(@Args('input') { vatStatus, ...input }: t.CompanyRegisterInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    const { parentId, payerId, ...said } = input;
    const id = await this.registering.execute(
      {
        ...(given(said) as typeof said & Partial<CompanyProfile>),
        ...(vatStatus && { vatStatus }),
        ...placed('parentId', parentId),
        ...placed('payerId', payerId),
      } as Parameters<RegisterCompany['execute']>[0],
      actor,
    );
    return answer(loaders, id);
  }

  @Mutation(() => t.CompanyPayload, { description: 'Documents already issued keep what was true on their day.' })
  async companyEdit(@Args('input') input: t.CompanyEditInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    const { companyId, validFrom, reason, ...changes } = input;
    const id = company(companyId);
    await this.editing.execute({ companyId: id, changes: given(changes), ...(validFrom && { validFrom }), ...(reason && { reason }) }, actor);
    return answer(loaders, id);
  }

  @Mutation(() => t.CompanyPayload, { description: 'Takes the role accountant.' })
  async companyBankAccountChange(@Args('input') input: t.CompanyBankAccountChangeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    const { iban = null, bic = null, accountHolder = null } = input;
    const id = company(input.companyId);
    await this.editing.execute({ companyId: id, changes: { iban, bic, accountHolder }, reason: reasonOf(input.reason) }, actor);
    return answer(loaders, id);
  }

  @Mutation(() => t.CompanyPayload)
  async companyMove(@Args('input') { companyId, parentId, ...rest }: t.CompanyMoveInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    const id = company(companyId);
    await this.moves.execute({ ...rest, companyId: id, kind: 'parent', targetId: optionalIdOf('Company', parentId, 'parentId') ?? null }, actor);
    return answer(loaders, id);
  }

  @Mutation(() => t.CompanyPayload)
  async companyPayerChange(@Args('input') { companyId, payerId, ...rest }: t.CompanyPayerChangeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    const id = company(companyId);
    await this.moves.execute({ ...rest, companyId: id, kind: 'payer', targetId: optionalIdOf('Company', payerId, 'payerId') ?? null }, actor);
    return answer(loaders, id);
  }

  @Mutation(() => t.CompanyPayload)
  companySuspend(@Args('input') input: t.CompanyStatusInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    return this.moveStatus('suspend', input, actor, loaders);
  }

  @Mutation(() => t.CompanyPayload)
  companyResume(@Args('input') input: t.CompanyStatusInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    return this.moveStatus('resume', input, actor, loaders);
  }

  @Mutation(() => t.CompanyPayload, { description: 'Refused, with the list of what stands in the way, while something is open.' })
  companyClose(@Args('input') input: t.CompanyStatusInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    return this.moveStatus('close', input, actor, loaders);
  }

  @Mutation(() => t.CompanyPayload, { description: 'Takes the role accountant.' })
  companyReopen(@Args('input') input: t.CompanyStatusInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    return this.moveStatus('reopen', input, actor, loaders);
  }

  @Mutation(() => t.CompanyContactPayload)
  async companyContactAdd(@Args('input') { companyId, ...input }: t.CompanyContactAddInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyContactPayload> {
    const id = company(companyId);
    const contactId = await this.contacts.add(id, { email: null, phone: null, ...input }, actor);
    return { ...(await answer(loaders, id)), contact: (await loaders.reload(contactsOf, id))?.find((contact) => contact.id === contactId) ?? null };
  }

  @Mutation(() => t.CompanyContactPayload)
  async companyContactChange(@Args('input') { contactId, ...input }: t.CompanyContactChangeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyContactPayload> {
    const id = await this.contacts.change(parseId<ContactId>(contactId, 'contactId'), { email: null, phone: null, ...input }, actor);
    return { ...(await answer(loaders, id)), contact: (await loaders.reload(contactsOf, id))?.find((contact) => contact.id === contactId) ?? null };
  }

  @Mutation(() => t.CompanyPayload)
  async companyContactRemove(@Args('input') { contactId }: t.CompanyContactRemoveInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    return answer(loaders, await this.contacts.remove(parseId<ContactId>(contactId, 'contactId'), actor));
  }

  @Mutation(() => t.CompanyPayload)
  async companyNoteAdd(@Args('input') { companyId, text }: t.CompanyNoteAddInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyPayload> {
    const id = company(companyId);
    await this.notes.execute(id, text, actor);
    return answer(loaders, id);
  }

  @Mutation(() => t.CompanyVatCheckPayload, { description: 'Asks now. When nobody answers, the check says UNAVAILABLE and is made again later.' })
  async companyVatCheck(@Args('input') { companyId }: t.CompanyVatCheckInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.CompanyVatCheckPayload> {
    const id = company(companyId);
    const check = await this.vat.execute(id, actor);
    return { ...(await answer(loaders, id)), check: await loaders.one(vatChecksByIds, check) };
  }

  private async moveStatus(move: StatusMove, { companyId, reason }: t.CompanyStatusInput, actor: Actor, loaders: Loaders): Promise<t.CompanyPayload> {
    const id = company(companyId);
    const warnings = await this.statuses.execute({ companyId: id, move, ...(reason !== undefined && { reason }) }, actor);
    return { ...(await answer(loaders, id)), warnings: warnings.map(({ detail, remedy }) => `${detail} ${remedy}`) };
  }
}

function company(id: string): CompanyId {
  return idOf<CompanyId>('Company', id, 'companyId');
}

function placed(field: 'parentId' | 'payerId', id: string | null | undefined): object {
  const read = optionalIdOf<CompanyId>('Company', id, field);
  return read === undefined ? {} : { [field]: read };
}

/** What somebody has said; GraphQL leaves out what nobody has, and null empties a field that can be empty. */
function given<Input extends object>(input: Input): Partial<CompanyProfile> {
  const said = Object.entries(input).filter(([field, value]) => value !== undefined && !(value === null && NEVER_EMPTY.includes(field as never)));
  return Object.fromEntries(said);
}

async function answer(loaders: Loaders, id: CompanyId): Promise<t.CompanyPayload> {
  return { company: await loaders.reload(companiesByIds, id) };
}
