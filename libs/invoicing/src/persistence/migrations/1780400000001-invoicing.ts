// Series, invoices with their lines and taxes, and allocations; and the rules about them that the database keeps itself.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Invoicing1780400000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(IMMUTABILITY);
    await runner.query(NUMBERS);
    await runner.query(SUMS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA invoicing CASCADE');
  }
}

const TABLES = `
  CREATE SCHEMA invoicing;

  CREATE TABLE invoicing.series (
    id uuid PRIMARY KEY,
    issuer_id uuid NOT NULL REFERENCES platform.issuer (id),
    document_type text NOT NULL CHECK (document_type IN ('invoice', 'credit-note')),
    stream text NOT NULL CHECK (stream IN ('company', 'member')),
    year int NOT NULL CHECK (year BETWEEN 2000 AND 2199),
    prefix text NOT NULL CHECK (prefix <> ''),
    -- The number the next document gets; numbers start at 1 and rise by one.
    next_number bigint NOT NULL DEFAULT 1 CHECK (next_number >= 1),
    last_issued_on date,
    opened_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT series_is_open_once_per_year UNIQUE (issuer_id, document_type, stream, year),
    CONSTRAINT series_prefix_is_never_repeated UNIQUE (issuer_id, prefix),
    CONSTRAINT series_is_dated_when_used CHECK ((next_number = 1) = (last_issued_on IS NULL))
  );

  -- Invoices come by the million, so they carry no row foreign keys: the guards below look series and company up in sets.
  CREATE TABLE invoicing.invoice (
    id uuid PRIMARY KEY,
    issuer_id uuid NOT NULL,
    document_type text NOT NULL CHECK (document_type IN ('invoice', 'credit-note')),
    stream text NOT NULL CHECK (stream IN ('company', 'member')),
    payer_type text NOT NULL CHECK (payer_type IN ('company', 'member')),
    payer_id uuid NOT NULL,
    company_id uuid NOT NULL,
    currency char(3) NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'finalised', 'paid', 'void', 'uncollectible')),
    series_id uuid,
    sequence bigint,
    number text,
    issued_on date,
    due_on date,
    net_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    gross_minor bigint NOT NULL,
    open_minor bigint NOT NULL,
    line_count int NOT NULL CHECK (line_count > 0),
    tax_count int NOT NULL CHECK (tax_count > 0),
    -- The buyer as it was when the document was issued: name, address, tax number and the evidence for it.
    buyer jsonb NOT NULL,
    run_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    finalised_at timestamptz,
    paid_at timestamptz,
    CONSTRAINT invoice_number_present_iff_not_draft CHECK (
      CASE WHEN state = 'draft' THEN num_nonnulls(series_id, sequence, number, issued_on, due_on, finalised_at) = 0
           ELSE num_nulls(series_id, sequence, number, issued_on, due_on, finalised_at) = 0 END),
    CONSTRAINT invoice_sequence_is_used_once UNIQUE (series_id, sequence),
    CONSTRAINT invoice_number_is_unique UNIQUE (issuer_id, number),
    CONSTRAINT invoice_gross_is_net_plus_tax CHECK (gross_minor = net_minor + tax_minor),
    CONSTRAINT invoice_open_is_within_gross CHECK (open_minor BETWEEN 0 AND gross_minor),
    CONSTRAINT invoice_paid_iff_nothing_open CHECK (
      (state <> 'paid' OR open_minor = 0) AND ((state = 'paid') = (paid_at IS NOT NULL))),
    CONSTRAINT invoice_is_due_on_issue_or_later CHECK (due_on >= issued_on)
  );
  CREATE INDEX invoice_of_payer ON invoicing.invoice (payer_id, id);
  CREATE INDEX invoice_of_company ON invoicing.invoice (company_id, id);
  CREATE INDEX invoice_of_run ON invoicing.invoice (run_id, id) WHERE run_id IS NOT NULL;
  CREATE INDEX invoice_awaiting_money ON invoicing.invoice (issuer_id, due_on) WHERE state = 'finalised';

  CREATE TABLE invoicing.invoice_line (
    invoice_id uuid NOT NULL,
    line_no int NOT NULL CHECK (line_no > 0),
    description text NOT NULL,
    contract_id uuid NOT NULL,
    -- The company whose people the line is about; another one than the payer's when the payer pays for it.
    company_id uuid NOT NULL,
    quantity numeric NOT NULL,
    -- List price of one and the sum of the line's charges, both in the price's own terms: with tax if tax_inclusive.
    unit_price_minor bigint NOT NULL,
    listed_minor bigint NOT NULL,
    tax_inclusive boolean NOT NULL,
    net_minor bigint NOT NULL,
    tax_category text NOT NULL,
    tax_rate numeric(5, 2) NOT NULL,
    service_start date NOT NULL,
    service_end date NOT NULL,
    charge_count bigint NOT NULL,
    PRIMARY KEY (invoice_id, line_no),
    CONSTRAINT invoice_line_price_is_never_negative CHECK (unit_price_minor >= 0),
    CONSTRAINT invoice_line_service_period_has_days CHECK (service_end > service_start)
  );

  CREATE TABLE invoicing.invoice_tax (
    invoice_id uuid NOT NULL,
    tax_category text NOT NULL CHECK (tax_category IN ('S', 'AE', 'O', 'E')),
    tax_rate numeric(5, 2) NOT NULL,
    base_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    reason_code text,
    reason text,
    PRIMARY KEY (invoice_id, tax_category, tax_rate),
    CONSTRAINT invoice_tax_is_charged_in_category_s_only CHECK (
      CASE WHEN tax_category = 'S' THEN tax_rate > 0 ELSE tax_rate = 0 AND tax_minor = 0 END),
    CONSTRAINT invoice_tax_reason_present_iff_none_charged CHECK ((tax_category = 'S') = (reason IS NULL))
  );

  CREATE TABLE invoicing.allocation (
    id uuid PRIMARY KEY,
    invoice_id uuid NOT NULL,
    source_type text NOT NULL,
    source_id uuid NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT allocation_is_positive CHECK (amount_minor > 0),
    allocated_on date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT allocation_is_made_once_per_source UNIQUE (source_type, source_id, invoice_id)
  );
  CREATE INDEX allocation_of_invoice ON invoicing.allocation (invoice_id);
`;

const IMMUTABILITY = `
  CREATE FUNCTION invoicing.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% of %.% is refused by the rule %', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_NAME
      USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END $$;

  -- The conditions are evaluated before the function is called, so that a permitted update costs next to nothing.
  CREATE TRIGGER invoice_finalised_is_immutable BEFORE UPDATE ON invoicing.invoice FOR EACH ROW
    WHEN (OLD.state <> 'draft' AND
      (OLD.id, OLD.issuer_id, OLD.document_type, OLD.stream, OLD.payer_type, OLD.payer_id, OLD.company_id, OLD.currency,
       OLD.series_id, OLD.sequence, OLD.number, OLD.issued_on, OLD.due_on, OLD.net_minor, OLD.tax_minor, OLD.gross_minor,
       OLD.line_count, OLD.tax_count, OLD.buyer, OLD.run_id, OLD.created_at, OLD.finalised_at)
      IS DISTINCT FROM
      (NEW.id, NEW.issuer_id, NEW.document_type, NEW.stream, NEW.payer_type, NEW.payer_id, NEW.company_id, NEW.currency,
       NEW.series_id, NEW.sequence, NEW.number, NEW.issued_on, NEW.due_on, NEW.net_minor, NEW.tax_minor, NEW.gross_minor,
       NEW.line_count, NEW.tax_count, NEW.buyer, NEW.run_id, NEW.created_at, NEW.finalised_at))
    EXECUTE FUNCTION invoicing.refuse();
  CREATE TRIGGER invoice_state_moves_forward BEFORE UPDATE ON invoicing.invoice FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
      ('draft', 'finalised'), ('finalised', 'paid'), ('finalised', 'void'), ('finalised', 'uncollectible'), ('uncollectible', 'paid')))
    EXECUTE FUNCTION invoicing.refuse();
  CREATE TRIGGER invoice_is_never_deleted BEFORE DELETE OR TRUNCATE ON invoicing.invoice
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  CREATE TRIGGER invoice_line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoicing.invoice_line
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  CREATE TRIGGER invoice_tax_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoicing.invoice_tax
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  CREATE TRIGGER allocation_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoicing.allocation
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  CREATE TRIGGER series_is_never_deleted BEFORE DELETE OR TRUNCATE ON invoicing.series
    FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
  CREATE TRIGGER series_only_counts_on BEFORE UPDATE ON invoicing.series FOR EACH ROW
    WHEN ((OLD.id, OLD.issuer_id, OLD.document_type, OLD.stream, OLD.year, OLD.prefix, OLD.opened_at)
      IS DISTINCT FROM (NEW.id, NEW.issuer_id, NEW.document_type, NEW.stream, NEW.year, NEW.prefix, NEW.opened_at)
      OR NEW.next_number < OLD.next_number OR NEW.last_issued_on < OLD.last_issued_on OR NEW.last_issued_on IS NULL)
    EXECUTE FUNCTION invoicing.refuse();

  ALTER TABLE invoicing.invoice ENABLE ALWAYS TRIGGER invoice_finalised_is_immutable;
  ALTER TABLE invoicing.invoice ENABLE ALWAYS TRIGGER invoice_state_moves_forward;
  ALTER TABLE invoicing.invoice ENABLE ALWAYS TRIGGER invoice_is_never_deleted;
  ALTER TABLE invoicing.invoice_line ENABLE ALWAYS TRIGGER invoice_line_is_append_only;
  ALTER TABLE invoicing.invoice_tax ENABLE ALWAYS TRIGGER invoice_tax_is_append_only;
  ALTER TABLE invoicing.allocation ENABLE ALWAYS TRIGGER allocation_is_append_only;
  ALTER TABLE invoicing.series ENABLE ALWAYS TRIGGER series_is_never_deleted;
  ALTER TABLE invoicing.series ENABLE ALWAYS TRIGGER series_only_counts_on;
`;

/**
 * The checks look up what a statement has brought, by key. The planner is kept to that, because a plan made while the
 * tables are small would be kept when they are not.
 */
const NUMBERS = `
  -- Raises unless every numbered invoice among these carries on its series: right prefix, no hole, the last one being the
  -- one the series row has just given out, days in order. Looks at the batch and at one predecessor per series.
  CREATE FUNCTION invoicing.check_numbers(ids uuid[]) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
  DECLARE
    offence record;
  BEGIN
    WITH batch AS (
      SELECT i.id, i.series_id, i.number, i.sequence, i.issued_on, s.prefix, s.year, s.next_number, s.last_issued_on,
             lag(i.sequence) OVER along AS previous, lag(i.issued_on) OVER along AS previous_on,
             lead(i.sequence) OVER along IS NULL AS is_last
        FROM invoicing.invoice i
        LEFT JOIN invoicing.series s ON s.id = i.series_id AND s.issuer_id = i.issuer_id
                                    AND s.document_type = i.document_type AND s.stream = i.stream
       WHERE i.id = ANY (ids) AND i.state <> 'draft'
      WINDOW along AS (PARTITION BY i.series_id ORDER BY i.sequence)
    ), along_series AS (
      SELECT b.*,
             coalesce(b.previous, (SELECT p.sequence FROM invoicing.invoice p
                                    WHERE p.series_id = b.series_id AND p.sequence = b.sequence - 1), 0) AS before_it,
             coalesce(b.previous_on, (SELECT p.issued_on FROM invoicing.invoice p
                                       WHERE p.series_id = b.series_id AND p.sequence = b.sequence - 1)) AS before_it_on
        FROM batch b
    )
    SELECT number, CASE
        WHEN prefix IS NULL OR number <> prefix || sequence THEN 'invoice_number_is_of_its_series'
        WHEN before_it <> sequence - 1 OR (is_last AND sequence <> next_number - 1) THEN 'series_without_gap'
        ELSE 'series_dates_never_go_back' END AS rule
      INTO offence
      FROM along_series
     WHERE prefix IS NULL OR number <> prefix || sequence
        OR before_it <> sequence - 1 OR (is_last AND sequence <> next_number - 1)
        OR issued_on < before_it_on OR extract(year FROM issued_on) <> year OR (is_last AND issued_on <> last_issued_on)
     ORDER BY sequence LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'invoice % is refused by the rule %', offence.number, offence.rule
        USING ERRCODE = 'check_violation', CONSTRAINT = offence.rule;
    END IF;
  END $$;

  -- A series that has counted on must have used every number by the time its transaction commits.
  CREATE FUNCTION invoicing.check_series() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    given bigint;
    used bigint;
  BEGIN
    SELECT next_number - 1 INTO given FROM invoicing.series WHERE id = NEW.id;
    SELECT sequence INTO used FROM invoicing.invoice WHERE series_id = NEW.id AND sequence IS NOT NULL
     ORDER BY sequence DESC LIMIT 1;
    IF given <> coalesce(used, 0) THEN
      RAISE EXCEPTION 'series % has given out % numbers but used %', NEW.prefix, given, coalesce(used, 0)
        USING ERRCODE = 'check_violation', CONSTRAINT = 'series_without_gap';
    END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER series_without_gap AFTER INSERT OR UPDATE ON invoicing.series
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION invoicing.check_series();
  ALTER TABLE invoicing.series ENABLE ALWAYS TRIGGER series_without_gap;
`;

const SUMS = `
  -- Raises unless every finalised invoice among these is whole: its company is known, it has the lines and taxes it says,
  -- they add up to its totals per category and rate, and what is open is what no allocation has taken.
  CREATE FUNCTION invoicing.check_whole(ids uuid[]) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
  DECLARE
    offence record;
  BEGIN
    WITH line AS (
      SELECT invoice_id, tax_category, tax_rate, count(*) AS n, sum(net_minor) AS net
        FROM invoicing.invoice_line WHERE invoice_id = ANY (ids) GROUP BY 1, 2, 3
    ), tax AS (
      SELECT invoice_id, tax_category, tax_rate, base_minor, tax_minor FROM invoicing.invoice_tax WHERE invoice_id = ANY (ids)
    ), sums AS (
      SELECT invoice_id, sum(n) AS lines, count(base_minor) AS taxes, sum(net) AS net, sum(tax_minor) AS tax,
             bool_and(net IS NOT DISTINCT FROM base_minor) AS bases_agree
        FROM line FULL JOIN tax USING (invoice_id, tax_category, tax_rate) GROUP BY 1
    )
    SELECT i.number, CASE
        WHEN c.id IS NULL THEN 'invoice_company_exists'
        WHEN i.open_minor <> i.gross_minor - taken.amount THEN 'invoice_open_is_gross_less_allocations'
        ELSE 'invoice_lines_and_taxes_add_up' END AS rule
      INTO offence
      FROM invoicing.invoice i
      LEFT JOIN sums ON sums.invoice_id = i.id
      LEFT JOIN companies.company c ON c.id = i.company_id
     CROSS JOIN LATERAL (SELECT coalesce(sum(a.amount_minor), 0) AS amount FROM invoicing.allocation a WHERE a.invoice_id = i.id) taken
     WHERE i.id = ANY (ids) AND i.state <> 'draft'
       AND (c.id IS NULL OR i.open_minor <> i.gross_minor - taken.amount
            OR (sums.lines, sums.taxes, sums.net, sums.tax, sums.bases_agree)
               IS DISTINCT FROM (i.line_count::numeric, i.tax_count::bigint, i.net_minor::numeric, i.tax_minor::numeric, true))
     LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'invoice % is refused by the rule %', offence.number, offence.rule
        USING ERRCODE = 'check_violation', CONSTRAINT = offence.rule;
    END IF;
  END $$;

  CREATE FUNCTION invoicing.check_new_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    ids uuid[];
  BEGIN
    SELECT array_agg(id) INTO ids FROM new_invoice WHERE state <> 'draft';
    PERFORM invoicing.check_numbers(ids), invoicing.check_whole(ids);
    RETURN NULL;
  END $$;
  CREATE TRIGGER invoice_is_whole AFTER INSERT ON invoicing.invoice REFERENCING NEW TABLE AS new_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION invoicing.check_new_invoices();

  CREATE FUNCTION invoicing.check_finalised_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM invoicing.check_numbers(ARRAY[NEW.id]), invoicing.check_whole(ARRAY[NEW.id]);
    RETURN NULL;
  END $$;
  CREATE TRIGGER invoice_is_whole_when_finalised AFTER UPDATE ON invoicing.invoice FOR EACH ROW
    WHEN (OLD.state = 'draft' AND NEW.state <> 'draft') EXECUTE FUNCTION invoicing.check_finalised_invoice();

  -- Lines and taxes come with their invoice, in one statement, or into a draft; never into a finalised invoice later.
  -- Counting is enough here: the sums are checked with the invoice.
  CREATE FUNCTION invoicing.check_new_parts() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
  DECLARE
    refused boolean;
  BEGIN
    EXECUTE format(
      'SELECT EXISTS (
         SELECT FROM (SELECT p.invoice_id, count(*) AS n FROM invoicing.%1$I p
                       WHERE p.invoice_id = ANY ($1) GROUP BY 1) part
           LEFT JOIN invoicing.invoice i ON i.id = part.invoice_id
          WHERE i.id IS NULL OR (i.state <> ''draft'' AND i.%2$I <> part.n))', TG_TABLE_NAME, TG_ARGV[0])
      INTO refused USING (SELECT array_agg(DISTINCT invoice_id) FROM new_part);
    IF refused THEN
      RAISE EXCEPTION 'rows of % must come with their invoice, or into a draft', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER invoice_line_comes_with_its_invoice AFTER INSERT ON invoicing.invoice_line REFERENCING NEW TABLE AS new_part
    FOR EACH STATEMENT EXECUTE FUNCTION invoicing.check_new_parts('line_count');
  CREATE TRIGGER invoice_tax_comes_with_its_invoice AFTER INSERT ON invoicing.invoice_tax REFERENCING NEW TABLE AS new_part
    FOR EACH STATEMENT EXECUTE FUNCTION invoicing.check_new_parts('tax_count');

  CREATE FUNCTION invoicing.check_open(ids uuid[]) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
  DECLARE
    offender uuid;
  BEGIN
    SELECT t.id INTO offender
      FROM unnest(ids) AS t (id)
      LEFT JOIN invoicing.invoice i ON i.id = t.id
     CROSS JOIN LATERAL (SELECT coalesce(sum(a.amount_minor), 0) AS amount FROM invoicing.allocation a WHERE a.invoice_id = t.id) taken
     WHERE (i.open_minor = i.gross_minor - taken.amount AND i.state <> 'draft') IS NOT TRUE
     LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'allocations and open amount of invoice % do not make its gross', offender
        USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_open_is_gross_less_allocations';
    END IF;
  END $$;
  CREATE FUNCTION invoicing.check_new_allocations() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM invoicing.check_open((SELECT array_agg(DISTINCT invoice_id) FROM new_allocation));
    RETURN NULL;
  END $$;
  CREATE FUNCTION invoicing.check_changed_open() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM invoicing.check_open((SELECT array_agg(n.id) FROM new_invoice n JOIN old_invoice o USING (id)
                                   WHERE n.open_minor <> o.open_minor AND n.state <> 'draft'));
    RETURN NULL;
  END $$;
  CREATE TRIGGER allocation_is_taken_from_open AFTER INSERT ON invoicing.allocation REFERENCING NEW TABLE AS new_allocation
    FOR EACH STATEMENT EXECUTE FUNCTION invoicing.check_new_allocations();
  CREATE TRIGGER invoice_open_is_gross_less_allocations AFTER UPDATE ON invoicing.invoice
    REFERENCING OLD TABLE AS old_invoice NEW TABLE AS new_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION invoicing.check_changed_open();

  ALTER TABLE invoicing.invoice ENABLE ALWAYS TRIGGER invoice_is_whole;
  ALTER TABLE invoicing.invoice ENABLE ALWAYS TRIGGER invoice_is_whole_when_finalised;
  ALTER TABLE invoicing.invoice ENABLE ALWAYS TRIGGER invoice_open_is_gross_less_allocations;
  ALTER TABLE invoicing.invoice_line ENABLE ALWAYS TRIGGER invoice_line_comes_with_its_invoice;
  ALTER TABLE invoicing.invoice_tax ENABLE ALWAYS TRIGGER invoice_tax_comes_with_its_invoice;
  ALTER TABLE invoicing.allocation ENABLE ALWAYS TRIGGER allocation_is_taken_from_open;
`;
