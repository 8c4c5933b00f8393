// Exchange rates by day and source, the rate that holds on a day, and the locks of what is open in foreign currency.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class ExchangeRates1780100000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [RATES, LOOKUP, ITEMS, REVALUATION]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION accounting.revaluation_due(uuid, date, text[], numeric[], numeric[]),
        accounting.converted_minor(bigint, numeric, numeric);
      DROP FUNCTION accounting.lock_foreign_items(bigint[], uuid[], text[]), accounting.rates_on(uuid[], text[], date[]);
      DROP TABLE accounting.exchange_rate;
    `);
  }
}

const RATES = `
  -- One unit of base is worth so many units of quote. A rate that was wrong is followed by another, never changed: what
  -- was posted at it stays explained.
  CREATE TABLE accounting.exchange_rate (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The issuer whose books it is for; null for every issuer.
    issuer_id uuid CONSTRAINT rate_is_of_an_issuer REFERENCES platform.issuer (id),
    base char(3) NOT NULL,
    quote char(3) NOT NULL,
    quoted_on date NOT NULL,
    rate numeric NOT NULL CONSTRAINT rate_is_positive CHECK (rate > 0 AND rate < 'Infinity'),
    source text NOT NULL CHECK (source IN ('ECB', 'manual')),
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rate_is_between_two_currencies CHECK (base <> quote),
    CONSTRAINT rate_is_of_all_issuers_or_manual CHECK ((issuer_id IS NULL) = (source = 'ECB'))
  );
  CREATE UNIQUE INDEX ecb_rate_is_published_once_a_day ON accounting.exchange_rate (base, quote, quoted_on) WHERE source = 'ECB';
  CREATE INDEX exchange_rate_latest ON accounting.exchange_rate (base, quote, quoted_on DESC, id DESC);

  CREATE TRIGGER exchange_rate_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounting.exchange_rate
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  ALTER TABLE accounting.exchange_rate ENABLE ALWAYS TRIGGER exchange_rate_is_append_only;
`;

const LOOKUP = `
  -- What one unit of each currency is worth in the functional currency of each issuer on each day: numerator /
  -- denominator, kept apart so that an amount is rounded once. The latest quote on or before the day counts, between
  -- the two currencies in either direction, or of both against the euro when that is newer. On one day an issuer's own
  -- rate goes before the ECB's, and a later correction before what it corrects. Null when there is none.
  CREATE FUNCTION accounting.rates_on(p_issuers uuid[], p_currencies text[], p_days date[])
  RETURNS TABLE (issuer_id uuid, currency text, day date, numerator numeric, denominator numeric) LANGUAGE sql STABLE AS $$
    SELECT ask.issuer_id, ask.currency, ask.day,
           CASE WHEN use_direct THEN direct.numerator WHEN theirs.quoted_on IS NOT NULL AND ours.quoted_on IS NOT NULL THEN ours.rate END,
           CASE WHEN use_direct THEN direct.denominator WHEN theirs.quoted_on IS NOT NULL AND ours.quoted_on IS NOT NULL THEN theirs.rate END
      FROM unnest(p_issuers, p_currencies, p_days) AS ask(issuer_id, currency, day)
      JOIN platform.issuer ON issuer.id = ask.issuer_id
      LEFT JOIN LATERAL (
        SELECT quoted_on, numerator, denominator FROM (
          (SELECT quoted_on, rate AS numerator, 1 AS denominator, r.issuer_id, r.id FROM accounting.exchange_rate r
            WHERE base = ask.currency AND quote = issuer.functional_currency AND quoted_on <= ask.day
              AND (r.issuer_id IS NULL OR r.issuer_id = ask.issuer_id)
            ORDER BY quoted_on DESC, r.issuer_id IS NULL, r.id DESC LIMIT 1)
          UNION ALL
          (SELECT quoted_on, 1, rate, r.issuer_id, r.id FROM accounting.exchange_rate r
            WHERE base = issuer.functional_currency AND quote = ask.currency AND quoted_on <= ask.day
              AND (r.issuer_id IS NULL OR r.issuer_id = ask.issuer_id)
            ORDER BY quoted_on DESC, r.issuer_id IS NULL, r.id DESC LIMIT 1)) AS pair
         ORDER BY quoted_on DESC, pair.issuer_id IS NULL, pair.id DESC LIMIT 1) AS direct ON true
      LEFT JOIN LATERAL (
        SELECT ask.day AS quoted_on, 1::numeric AS rate WHERE ask.currency = 'EUR'
        UNION ALL
        (SELECT quoted_on, rate FROM accounting.exchange_rate r
          WHERE base = 'EUR' AND quote = ask.currency AND quoted_on <= ask.day
            AND (r.issuer_id IS NULL OR r.issuer_id = ask.issuer_id)
          ORDER BY quoted_on DESC, r.issuer_id IS NULL, r.id DESC LIMIT 1)) AS theirs ON true
      LEFT JOIN LATERAL (
        SELECT ask.day AS quoted_on, 1::numeric AS rate WHERE issuer.functional_currency = 'EUR'
        UNION ALL
        (SELECT quoted_on, rate FROM accounting.exchange_rate r
          WHERE base = 'EUR' AND quote = issuer.functional_currency AND quoted_on <= ask.day
            AND (r.issuer_id IS NULL OR r.issuer_id = ask.issuer_id)
          ORDER BY quoted_on DESC, r.issuer_id IS NULL, r.id DESC LIMIT 1)) AS ours ON true
      CROSS JOIN LATERAL (SELECT direct.quoted_on >= least(theirs.quoted_on, ours.quoted_on)
                              OR (direct.quoted_on IS NOT NULL AND (theirs.quoted_on IS NULL OR ours.quoted_on IS NULL)) AS use_direct) AS choice
  $$;
`;

const ITEMS = `
  -- Locks what documents carry in foreign currency until this transaction ends, and says it. An item that is not there
  -- yet is put there empty, so that two who meet on it first wait for each other too; keys are sorted, so that nobody
  -- waits in a circle; the second statement sees what whoever was waited for has committed.
  CREATE FUNCTION accounting.lock_foreign_items(p_accounts bigint[], p_documents uuid[], p_currencies text[])
  RETURNS TABLE (account_id bigint, document_id uuid, currency char(3), amount_minor bigint, functional_amount_minor bigint)
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  BEGIN
    INSERT INTO accounting.foreign_item (account_id, document_id, currency, amount_minor, functional_amount_minor, first_entry_date, last_entry_date)
    SELECT account_id, document_id, currency, 0, 0, 'infinity', '-infinity'
      FROM unnest(p_accounts, p_documents, p_currencies) AS t(account_id, document_id, currency)
     ORDER BY account_id, document_id, currency
    ON CONFLICT DO NOTHING;
    RETURN QUERY
      SELECT account_id, document_id, currency, amount_minor, functional_amount_minor FROM accounting.foreign_item
       WHERE (account_id, document_id, currency) IN (SELECT * FROM unnest(p_accounts, p_documents, p_currencies::bpchar[]))
       ORDER BY account_id, document_id, currency
         FOR NO KEY UPDATE;
  END $$;
`;

const REVALUATION = `
  -- The domain's convert(): minor × numerator / denominator, half away from zero, in whole numbers. A spec compares the two.
  CREATE FUNCTION accounting.converted_minor(minor bigint, numerator numeric, denominator numeric) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN div(2 * minor * numerator + sign(minor::numeric) * denominator, 2 * denominator)::bigint;

  -- By how much what was open in each currency before the day p_until differs from its worth at the rate given: open
  -- items by document, and bank balances. A revaluation that is posted counts, so what is due after it is nothing.
  -- Looks at what is open now and what was settled since; a condition on account and document reaches the index. The
  -- postings are found by their document alone: an account has millions, and a plan that starts from there never ends.
  CREATE FUNCTION accounting.revaluation_due(p_issuer uuid, p_until date, p_currencies text[], p_numerators numeric[], p_denominators numeric[])
  RETURNS TABLE (account_id bigint, role text, currency char(3), document_type text, document_id uuid, party_type text, party_id text,
                 difference_minor bigint) LANGUAGE sql STABLE AS $$
    SELECT balance.account_id, balance.role, balance.currency, balance.document_type, balance.document_id, balance.party_type, balance.party_id,
           accounting.converted_minor(balance.amount, rate.numerator, rate.denominator) - balance.functional
      FROM (SELECT item.account_id, account.role, item.currency, min(line.document_type) AS document_type, item.document_id,
                   min(line.party_type) AS party_type, min(line.party_id) AS party_id,
                   sum(line.amount_minor)::bigint AS amount, sum(line.functional_amount_minor)::bigint AS functional
              FROM accounting.account
              JOIN accounting.foreign_item item ON item.account_id = account.id
              JOIN accounting.posting line ON line.document_id = item.document_id AND line.account_id + 0 = item.account_id
               AND line.currency = item.currency AND line.entry_date + 0 < p_until
             WHERE account.issuer_id = p_issuer AND item.first_entry_date < p_until
               AND (item.amount_minor <> 0 OR item.last_entry_date >= p_until)
             GROUP BY item.account_id, account.role, item.currency, item.document_id
            UNION ALL
            SELECT account.id, account.role, day.currency, NULL, NULL, NULL, NULL,
                   sum(day.debit_minor - day.credit_minor)::bigint, sum(day.functional_debit_minor - day.functional_credit_minor)::bigint
              FROM accounting.account JOIN accounting.account_day day ON day.account_id = account.id
             WHERE account.issuer_id = p_issuer AND account.role = 'bank' AND day.entry_date < p_until
             GROUP BY account.id, account.role, day.currency
           ) AS balance
      JOIN unnest(p_currencies, p_numerators, p_denominators) AS rate(currency, numerator, denominator) ON rate.currency = balance.currency
     WHERE accounting.converted_minor(balance.amount, rate.numerator, rate.denominator) <> balance.functional
  $$;
`;
