// Fields of a company that leave its row.
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { CurrentActor, PageArgs, RequestLoaders, ROLES, type Actor, type Batch, type Loaders, type Page } from '@countinghouse/platform';
import { accountsOf, contactsOf, movesOf, notesOf, payersOn, vatChecksOf, versionsOf } from './company-detail.queries';
import {
  BankAccountType, ContactType, MoveConnection, MoveType, NoteConnection, NoteType, PayerOnArgs, VatCheckConnection, VatCheckType, VersionConnection, VersionType,
} from './company-detail.type';
import { companiesByIds } from './company.queries';
import { CompanyType } from './company.type';

@Resolver(() => CompanyType)
export class CompanyDetailResolver {
  /** A loader knows its batch by identity, so the same day must give the same function within a process; days are few. */
  private readonly payersOfDay = new Map<LocalDate, Batch<string>>();

  @ResolveField('contacts', () => [ContactType])
  async contacts(@Parent() { id }: CompanyType, @RequestLoaders() loaders: Loaders): Promise<ContactType[]> {
    return [...(await loaders.list(contactsOf, id))];
  }

  @ResolveField('notes', () => NoteConnection, { description: 'The newest first.' })
  notes(@Parent() { id }: CompanyType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<NoteType>> {
    return loaders.page(notesOf, id, page);
  }

  @ResolveField('versions', () => VersionConnection, { description: 'What it was, the latest first.' })
  versions(@Parent() { id }: CompanyType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<VersionType>> {
    return loaders.page(versionsOf, id, page);
  }

  @ResolveField('moves', () => MoveConnection, { description: 'The last recorded first.' })
  moves(@Parent() { id }: CompanyType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<MoveType>> {
    return loaders.page(movesOf, id, page);
  }

  @ResolveField('vatChecks', () => VatCheckConnection, { description: 'The newest first.' })
  vatChecks(@Parent() { id }: CompanyType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<VatCheckType>> {
    return loaders.page(vatChecksOf, id, page);
  }

  @ResolveField('bankAccount', () => BankAccountType, { nullable: true })
  async bankAccount(@Parent() { id }: CompanyType, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<BankAccountType | null> {
    const account = await loaders.one(accountsOf, id);
    if (!account || ROLES.indexOf(actor.role) >= ROLES.indexOf('billing')) return account;
    return { ...account, iban: `…${account.iban.slice(-4)}` };
  }

  @ResolveField('payerOn', () => CompanyType, { description: 'Who is invoiced for it on a day: the payer of the payer pays; itself, when it has none.' })
  async payerOn(@Parent() { id }: CompanyType, @Args() { day }: PayerOnArgs, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, await loaders.one(this.payersOf(day), id));
  }

  private payersOf(day: LocalDate): Batch<string> {
    const known = this.payersOfDay.get(day);
    if (known) return known;
    if (this.payersOfDay.size >= 1_000) this.payersOfDay.clear();
    const batch = payersOn(day);
    this.payersOfDay.set(day, batch);
    return batch;
  }
}

@Resolver(() => MoveType)
export class CompanyMoveResolver {
  @ResolveField('target', () => CompanyType, { nullable: true, description: 'Null: nobody, from then on.' })
  target(@Parent() { targetId }: MoveType, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, targetId);
  }
}
