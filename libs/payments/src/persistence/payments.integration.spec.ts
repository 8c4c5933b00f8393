// What the database itself refuses about payments, attempts, methods and the inbox, whoever asks.
import { newId, violatedConstraint } from '@countinghouse/platform';
import { Id } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { PaymentsStand } from '../../test/payments-stand';
import { ATTEMPT_STATES, attemptMayMove, PAYMENT_STATES, paymentMayMove } from '../domain/payment-state';

describe('the database', () => {
  let test: TestDatabase;
  let stand: PaymentsStand;

  beforeAll(async () => {
    test = await createTestDatabase();
    stand = await PaymentsStand.open({ url: test.url });
  });
  afterAll(async () => {
    await stand.close();
    await test.drop();
  });

  const execute = (sql: string, params: unknown[] = []) => test.owner.transaction((tx) => tx.execute(sql, params));

  /** The name of the rule that refuses a statement, or what it said. */
  async function refusal(sql: string, params: unknown[] = []): Promise<string | undefined> {
    try {
      await execute(sql, params);
      return undefined;
    } catch (error) {
      return violatedConstraint(error) ?? (error as Error).message;
    }
  }

  async function aPayment(): Promise<string> {
    const [invoiceId] = await stand.invoices(1);
    const [payment] = await stand.query<{ id: string }>('SELECT id FROM payments.payment WHERE invoice_id = $1', [invoiceId]);
    return payment!.id;
  }

  async function anAttempt(): Promise<{ id: string; paymentId: string }> {
    const paymentId = await aPayment();
    await execute(`UPDATE payments.payment SET state = 'processing', attempts = 1 WHERE id = $1`, [paymentId]);
    const id = newId<Id<'Attempt'>>();
    await execute(NEW_ATTEMPT, [id, paymentId, 1]);
    return { id, paymentId };
  }

  const NEW_ATTEMPT = `INSERT INTO payments.attempt (id, payment_id, no, payment_method_id, provider, due_at)
    SELECT $1, id, $3, payment_method_id, provider, now() FROM payments.payment WHERE id = $2`;
  const SUCCEEDED = `captured_on = '2026-03-10', captured_at = now()`;

  it('moves a payment along exactly the transitions that the domain declares', async () => {
    const id = await aPayment();
    for (const from of PAYMENT_STATES) {
      for (const to of PAYMENT_STATES) {
        if (from === to) continue;
        // The trigger alone decides: the row is put into its first state behind the trigger's back, and put back after.
        const verdict = await test.owner
          .transaction(async (tx) => {
            await tx.execute('ALTER TABLE payments.payment DISABLE TRIGGER USER');
            await tx.execute(`UPDATE payments.payment SET state = $2, ${from === 'succeeded' ? SUCCEEDED : 'captured_on = NULL, captured_at = NULL'} WHERE id = $1`, [id, from]);
            await tx.execute('ALTER TABLE payments.payment ENABLE ALWAYS TRIGGER payment_moves_along_declared_transitions');
            await tx.execute(`UPDATE payments.payment SET state = $2, ${to === 'succeeded' ? SUCCEEDED : 'captured_on = NULL, captured_at = NULL'} WHERE id = $1`, [id, to]);
            throw new Error('allowed');
          })
          .catch((error: Error) => violatedConstraint(error) ?? error.message);
        expect([from, to, verdict]).toEqual([from, to, paymentMayMove(from, to) ? 'allowed' : 'payment_moves_along_declared_transitions']);
      }
    }
  });

  it('moves an attempt along exactly the transitions that the domain declares', async () => {
    const { id } = await anAttempt();
    for (const from of ATTEMPT_STATES) {
      for (const to of ATTEMPT_STATES) {
        if (from === to) continue;
        const verdict = await test.owner
          .transaction(async (tx) => {
            await tx.execute('ALTER TABLE payments.attempt DISABLE TRIGGER USER');
            await tx.execute(`UPDATE payments.attempt SET state = $2, decline_code = 'x' WHERE id = $1`, [id, from]);
            await tx.execute('ALTER TABLE payments.attempt ENABLE ALWAYS TRIGGER attempt_moves_along_declared_transitions');
            await tx.execute('UPDATE payments.attempt SET state = $2 WHERE id = $1', [id, to]);
            throw new Error('allowed');
          })
          .catch((error: Error) => violatedConstraint(error) ?? error.message);
        expect([from, to, verdict]).toEqual([from, to, attemptMayMove(from, to) ? 'allowed' : 'attempt_moves_along_declared_transitions']);
      }
    }
  });

  it('never changes the amount, payer, currency or invoice of a payment', async () => {
    const id = await aPayment();
    for (const change of ['amount_minor = amount_minor + 1', `currency = 'USD'`, 'payer_id = uuidv7()', 'invoice_id = uuidv7()', `payer_type = 'company'`, 'issuer_id = uuidv7()']) {
      expect(await refusal(`UPDATE payments.payment SET ${change} WHERE id = $1`, [id])).toBe('payment_terms_are_immutable');
    }
  });

  it('never forgets an attempt: the count only grows', async () => {
    const { paymentId } = await anAttempt();
    expect(await refusal('UPDATE payments.payment SET attempts = 0 WHERE id = $1', [paymentId])).toBe('payment_terms_are_immutable');
  });

  it('never moves the day of a capture', async () => {
    const id = await aPayment();
    await execute(`UPDATE payments.payment SET state = 'succeeded', ${SUCCEEDED} WHERE id = $1`, [id]);
    expect(await refusal(`UPDATE payments.payment SET captured_on = '2026-03-11' WHERE id = $1`, [id])).toBe('payment_terms_are_immutable');
  });

  it('takes a success only with the day and the instant of its capture', async () => {
    const id = await aPayment();
    expect(await refusal(`UPDATE payments.payment SET state = 'succeeded' WHERE id = $1`, [id])).toBe('payment_succeeded_says_when');
    expect(await refusal(`UPDATE payments.payment SET ${SUCCEEDED} WHERE id = $1`, [id])).toBe('payment_succeeded_says_when');
  });

  it('has one live payment per invoice, also when it has succeeded', async () => {
    const COPY = `INSERT INTO payments.payment (id, invoice_id, issuer_id, payer_type, payer_id, payment_method_id, provider, currency, amount_minor, collect_on)
      SELECT uuidv7(), invoice_id, issuer_id, payer_type, payer_id, payment_method_id, provider, currency, amount_minor, collect_on FROM payments.payment WHERE id = $1`;
    const id = await aPayment();
    expect(await refusal(COPY, [id])).toBe('invoice_has_one_live_payment');
    await execute(`UPDATE payments.payment SET state = 'succeeded', ${SUCCEEDED} WHERE id = $1`, [id]);
    expect(await refusal(COPY, [id])).toBe('invoice_has_one_live_payment');
    const failed = await aPayment();
    await execute(`UPDATE payments.payment SET state = 'failed' WHERE id = $1`, [failed]);
    expect(await refusal(COPY, [failed])).toBeUndefined();
  });

  it('lets a payment begin only as scheduled, and only in agreement with its invoice', async () => {
    const [invoiceId] = await stand.invoices(1, 'tok_ok', { scheduled: false });
    const insert = (values: Record<string, string>) => {
      const columns = { id: 'uuidv7()', invoice_id: 'id', issuer_id: 'issuer_id', payer_type: 'payer_type', payer_id: 'payer_id',
        payment_method_id: '(SELECT id FROM payments.payment_method WHERE member_id = payer_id)', provider: `'sandbox'`, currency: 'currency', amount_minor: 'gross_minor', collect_on: 'issued_on', ...values };
      return refusal(`INSERT INTO payments.payment (${Object.keys(columns).join(', ')}) SELECT ${Object.values(columns).join(', ')} FROM invoicing.invoice WHERE id = $1`, [invoiceId]);
    };
    expect(await insert({ state: `'processing'` })).toBe('payment_begins_as_scheduled');
    expect(await insert({ attempts: '1' })).toBe('payment_begins_as_scheduled');
    expect(await insert({ amount_minor: 'gross_minor + 1' })).toBe('payment_agrees_with_its_invoice');
    expect(await insert({ currency: `'USD'` })).toBe('payment_agrees_with_its_invoice');
    expect(await insert({ payer_id: 'uuidv7()' })).toBe('payment_agrees_with_its_invoice');
    expect(await insert({ issuer_id: 'uuidv7()' })).toBe('payment_agrees_with_its_invoice');
    expect(await insert({ invoice_id: 'uuidv7()' })).toBe('payment_agrees_with_its_invoice');
    expect(await insert({ payment_method_id: `(SELECT id FROM payments.payment_method WHERE member_id <> payer_id LIMIT 1)` })).toBe('payment_is_charged_to_its_own_payer');
    expect(await insert({ provider: `'other'` })).toBe('payment_is_charged_to_its_own_payer');
    expect(await insert({ amount_minor: '0' })).toBe('payment_amount_is_positive');
    expect(await insert({ state: `'paid'` })).toBe('payment_state_is_declared');
    expect(await insert({})).toBeUndefined();
  });

  it('makes the idempotency key a function of payment and number: nobody can choose one, and nobody can use one twice', async () => {
    const { id, paymentId } = await anAttempt();
    const [attempt] = await stand.query<{ idempotency_key: string }>('SELECT idempotency_key FROM payments.attempt WHERE id = $1', [id]);
    expect(attempt?.idempotency_key).toBe(`${paymentId}.1`);
    expect(await refusal(`UPDATE payments.attempt SET idempotency_key = 'mine' WHERE id = $1`, [id])).toContain('can only be updated to DEFAULT');
    await execute(`UPDATE payments.attempt SET state = 'declined', decline_code = 'x' WHERE id = $1`, [id]);
    expect(await refusal(NEW_ATTEMPT, [newId(), paymentId, 1])).toMatch(/attempt_key_is_unique|attempt_of_a_payment_has_one_number/);
  });

  it('has one open attempt per payment', async () => {
    const { paymentId } = await anAttempt();
    await execute('UPDATE payments.payment SET attempts = 2 WHERE id = $1', [paymentId]);
    expect(await refusal(NEW_ATTEMPT, [newId(), paymentId, 2])).toBe('payment_has_one_open_attempt');
  });

  it('takes no attempt for a payment that is not in processing: not while it is unknown, not after it has succeeded', async () => {
    const { id, paymentId } = await anAttempt();
    await execute(`UPDATE payments.attempt SET state = 'declined', decline_code = 'x' WHERE id = $1`, [id]);
    const rule = 'attempt_is_the_next_of_a_payment_in_processing';
    expect(await refusal(NEW_ATTEMPT, [newId(), paymentId, 2])).toBe(rule);
    await execute(`UPDATE payments.payment SET state = 'unknown', attempts = 2 WHERE id = $1`, [paymentId]);
    expect(await refusal(NEW_ATTEMPT, [newId(), paymentId, 2])).toBe(rule);
    await execute(`UPDATE payments.payment SET state = 'succeeded', ${SUCCEEDED} WHERE id = $1`, [paymentId]);
    expect(await refusal(NEW_ATTEMPT, [newId(), paymentId, 2])).toBe(rule);
  });

  it('takes no attempt that would charge somebody else', async () => {
    const paymentId = await aPayment();
    await execute(`UPDATE payments.payment SET state = 'processing', attempts = 1 WHERE id = $1`, [paymentId]);
    const OTHERS = `INSERT INTO payments.attempt (id, payment_id, no, payment_method_id, provider, due_at)
      SELECT uuidv7(), p.id, 1, m.id, m.provider, now() FROM payments.payment p JOIN payments.payment_method m ON m.member_id <> p.payer_id WHERE p.id = $1 LIMIT 1`;
    expect(await refusal(OTHERS, [paymentId])).toBe('attempt_charges_its_own_payer');
  });

  it('keeps the terms of an attempt, and the reason of a decline', async () => {
    const { id } = await anAttempt();
    expect(await refusal('UPDATE payments.attempt SET no = 7 WHERE id = $1', [id])).toBe('attempt_terms_are_immutable');
    expect(await refusal(`UPDATE payments.attempt SET provider = 'other' WHERE id = $1`, [id])).toBe('attempt_terms_are_immutable');
    expect(await refusal(`UPDATE payments.attempt SET state = 'declined' WHERE id = $1`, [id])).toBe('attempt_declined_says_why');
  });

  it('stores tokens, never card numbers', async () => {
    const METHOD = `INSERT INTO payments.payment_method (id, member_id, provider, token, label) VALUES (uuidv7(), $1, 'sandbox', $2, 'card')`;
    for (const card of ['4242424242424242', '4242 4242 4242 4242', '5555-5555-5555-4444']) {
      expect(await refusal(METHOD, [newId(), card])).toBe('payment_method_is_a_token_not_a_card_number');
    }
  });

  it('knows one active method per member, and each method once', async () => {
    const METHOD = `INSERT INTO payments.payment_method (id, member_id, provider, token, label, state) VALUES (uuidv7(), $1, 'sandbox', $2, 'card', $3)`;
    const member = newId();
    await execute(METHOD, [member, 'tok_ok', 'active']);
    expect(await refusal(METHOD, [member, 'tok_duplicate', 'active'])).toBe('member_has_one_active_payment_method');
    expect(await refusal(METHOD, [member, 'tok_ok', 'replaced'])).toBe('payment_method_is_known_once');
    expect(await refusal(METHOD, [member, 'tok_other', 'gone'])).toBe('payment_method_state_is_declared');
  });

  it('never turns a method into another one', async () => {
    await stand.invoices(1);
    expect(await refusal(`UPDATE payments.payment_method SET token = 'tok_other'`)).toBe('payment_method_is_never_another');
    expect(await refusal('UPDATE payments.payment_method SET member_id = uuidv7()')).toBe('payment_method_is_never_another');
  });

  it('keeps the inbox as it came in, each event once, and parks nothing without a reason', async () => {
    const EVENT = `INSERT INTO payments.webhook_event (provider, provider_event_id, raw, headers) VALUES ('sandbox', 'evt_1', 'raw', '{}')`;
    await execute(EVENT);
    expect(await refusal(EVENT)).toBe('webhook_event_is_stored_once');
    expect(await refusal(`UPDATE payments.webhook_event SET raw = 'other'`)).toBe('webhook_event_is_kept_as_received');
    expect(await refusal(`UPDATE payments.webhook_event SET processed_at = now()`)).toBe('webhook_processed_has_an_outcome');
    expect(await refusal(`UPDATE payments.webhook_event SET processed_at = now(), outcome = 'parked'`)).toBe('webhook_parked_says_why');
    expect(await refusal(`UPDATE payments.webhook_event SET processed_at = now(), outcome = 'lost'`)).toBe('webhook_outcome_is_declared');
  });

  it('forgets a webhook only when it is worked off, and not within a quarter', async () => {
    const told = (id: string, done: string) =>
      execute(`INSERT INTO payments.webhook_event (provider, provider_event_id, raw, headers, processed_at, outcome, reason) VALUES ('sandbox', '${id}', 'raw', '{}', ${done})`);
    const forget = (id: string) => refusal(`DELETE FROM payments.webhook_event WHERE provider_event_id = $1`, [id]);
    await told('waiting', `NULL, NULL, NULL`);
    await told('parked', `now() - interval '9 years', 'parked', 'ODD: nobody knows'`);
    await told('young', `now() - interval '88 days', 'applied', NULL`);
    await told('old', `now() - interval '91 days', 'recorded', NULL`);
    for (const id of ['waiting', 'parked', 'young']) expect(await forget(id)).toBe('webhook_event_is_kept_until_worked_off');
    await execute(`DELETE FROM payments.webhook_event WHERE provider_event_id = 'old'`);
    expect(await refusal('TRUNCATE payments.webhook_event')).toContain('append-only');
  });

  it.each(['payment', 'payment_method', 'attempt'])('deletes no %s', async (table) => {
    expect(await refusal(`DELETE FROM payments.${table}`)).toContain('append-only');
    expect(await refusal(`TRUNCATE payments.${table}`)).toContain('append-only');
  });
});
