// Search: any text as plain lower-case words of ASCII, the same for what is stored and for what is looked for.
import { MigrationInterface, QueryRunner } from 'typeorm';

export class SearchText1780200000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION unaccent WITH SCHEMA companies;
      CREATE EXTENSION pg_trgm WITH SCHEMA companies;
    `);
    await runner.query(SEARCH_TEXT);
    await runner.query(SEARCH_WORDS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION companies.search_words(text), companies.search_text(text);
      DROP EXTENSION pg_trgm;
      DROP EXTENSION unaccent;
    `);
  }
}

/**
 * ' cagla ost muller ' of 'Çağla Øst-Müller': accents go, apostrophes join, all else that is neither letter nor digit
 * parts words, each with a space on both sides so that LIKE can ask for its beginning. The database's locale is the same on
 * every machine because it knows ASCII only, and so do trigrams: letters of other scripts are spelled as their code
 * points, and ideographs, which people write with and without spaces, are words of their own.
 * unaccent is not immutable by itself, as its dictionary could be exchanged; by its full name this one is not.
 */
const SEARCH_TEXT = String.raw`
  CREATE FUNCTION companies.search_text(source text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    plain text := lower(companies.unaccent('companies.unaccent'::regdictionary,
      regexp_replace(normalize(source, NFKD), '[\u0300-\u036f]', '', 'g')));
  BEGIN
    -- The dotted letters of 'S.A.' are one word, and so are 'd''Ávila' and 'O''Neill'.
    plain := regexp_replace(translate(plain, '''${'`'}´ʼ‘’', ''), '\m([a-z])\.(?=[a-z]\M)', '\1', 'g');
    IF plain ~ '[^\x01-\x7f]' THEN
      plain := (
        SELECT string_agg(
                 CASE WHEN letter < U&'\0080' OR letter !~ '[[:alnum:]]' THEN letter
                      WHEN letter ~ '[\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]' THEN ' u' || to_hex(ascii(letter)) || ' '
                      ELSE 'u' || to_hex(ascii(letter)) END, '' ORDER BY place)
          FROM unnest(string_to_array(normalize(plain, NFC), NULL)) WITH ORDINALITY AS spelled(letter, place));
    END IF;
    plain := trim(regexp_replace(plain, '[^a-z0-9]+', ' ', 'g'));
    RETURN CASE WHEN plain = '' THEN '' ELSE ' ' || plain || ' ' END;
  END $$;
`;

/** The words of what somebody looks for, each once; more than eight say nothing more. */
const SEARCH_WORDS = `
  CREATE FUNCTION companies.search_words(source text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(word ORDER BY place), '{}')
      FROM (SELECT word, min(place) AS place
              FROM unnest(string_to_array(trim(companies.search_text(source)), ' ')) WITH ORDINALITY AS said(word, place)
             WHERE word <> '' GROUP BY word ORDER BY min(place) LIMIT 8) AS first
  $$;
`;
