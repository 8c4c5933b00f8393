// Previews of billing: what would stand on the documents, kept for a while and then removed.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class Previews1780400000042 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE invoicing.preview (
        -- The run that computes it.
        id uuid PRIMARY KEY,
        issuer_id uuid NOT NULL REFERENCES platform.issuer (id),
        -- Null: everybody of the issuer.
        company_id uuid,
        with_children boolean NOT NULL,
        through date NOT NULL,
        proposals int NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        kept_until timestamptz NOT NULL
      );
      CREATE INDEX preview_to_be_removed ON invoicing.preview (kept_until);

      CREATE TABLE invoicing.preview_document (
        id uuid PRIMARY KEY,
        preview_id uuid NOT NULL REFERENCES invoicing.preview (id) ON DELETE CASCADE,
        -- The chunk of the run that found it, so that a chunk done again replaces its own.
        chunk text NOT NULL,
        payer_type text NOT NULL CHECK (payer_type IN ('company', 'member')),
        payer_id uuid NOT NULL,
        company_id uuid NOT NULL,
        currency char(3) NOT NULL,
        net_minor bigint NOT NULL,
        tax_minor bigint NOT NULL,
        gross_minor bigint NOT NULL,
        line_count int NOT NULL,
        CONSTRAINT preview_document_is_one_per_payer_and_currency UNIQUE (preview_id, payer_type, payer_id, currency)
      );
      CREATE INDEX preview_document_in_order ON invoicing.preview_document (preview_id, id);
      CREATE INDEX preview_document_of_chunk ON invoicing.preview_document (preview_id, chunk);

      CREATE TABLE invoicing.preview_line (
        id uuid PRIMARY KEY,
        document_id uuid NOT NULL REFERENCES invoicing.preview_document (id) ON DELETE CASCADE,
        line_no int NOT NULL,
        description text NOT NULL,
        contract_id uuid NOT NULL,
        company_id uuid NOT NULL,
        quantity numeric NOT NULL,
        unit_price_minor bigint NOT NULL,
        net_minor bigint NOT NULL,
        tax_category text NOT NULL,
        tax_rate numeric(5, 2) NOT NULL,
        service_start date NOT NULL,
        service_end date NOT NULL,
        charge_count bigint NOT NULL,
        CONSTRAINT preview_line_is_one_per_number UNIQUE (document_id, line_no)
      );

      -- The first charges of a line; its charge_count says how many there are.
      CREATE TABLE invoicing.preview_charge (
        line_id uuid NOT NULL REFERENCES invoicing.preview_line (id) ON DELETE CASCADE,
        no int NOT NULL,
        kind text NOT NULL,
        component_type text NOT NULL,
        component_id uuid NOT NULL,
        stretch_start date NOT NULL,
        stretch_end date NOT NULL,
        quantity numeric NOT NULL,
        unit_price_minor bigint NOT NULL,
        amount_minor bigint NOT NULL,
        explanation text NOT NULL,
        PRIMARY KEY (line_id, no)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE invoicing.preview_charge, invoicing.preview_line, invoicing.preview_document, invoicing.preview');
  }
}
