// The webhook endpoint over real HTTP: who is let in, what is stored, and that nothing is stored twice.
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { PaymentsStand, SECRET } from '../../test/payments-stand';
import { signatureHeader, SIGNATURE_TOLERANCE_MS } from '../providers/webhook-signature';

const OLD_SECRET = 'the-secret-before-the-rotation';

describe('POST /webhooks/:provider', () => {
  let test: TestDatabase;
  let stand: PaymentsStand;

  beforeAll(async () => {
    test = await createTestDatabase();
    stand = await PaymentsStand.open({ url: test.url, sandbox: { webhookSecrets: [SECRET, OLD_SECRET] } });
  });
  afterAll(async () => {
    await stand.close();
    await test.drop();
  });

  let eventNo = 1;
  const body = (id = `evt_${eventNo++}`): Buffer =>
    Buffer.from(
      JSON.stringify({
        id,
        type: 'charge.captured',
        occurredAt: stand.clock.now(),
        charge: { reference: 'sbx_1', idempotencyKey: 'k.1', amountMinor: '1', currency: 'EUR', declineCode: null },
      }),
    );

  async function post(raw: Buffer, options: { secret?: string; signedAt?: number; provider?: string; signature?: string } = {}): Promise<number> {
    const { secret = SECRET, signedAt = stand.clock.now(), provider = 'sandbox' } = options;
    const response = await fetch(`${stand.baseUrl}/webhooks/${provider}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sandbox-signature': options.signature ?? signatureHeader(secret, raw, signedAt) },
      body: new Uint8Array(raw),
    });
    return response.status;
  }

  const stored = async (id: string) =>
    stand.query<{ raw: Buffer; headers: Record<string, string>; processed_at: Date | null }>(
      'SELECT raw, headers, processed_at FROM payments.webhook_event WHERE provider_event_id = $1',
      [id],
    );

  it('stores a signed webhook byte for byte, and only then says 200', async () => {
    const raw = body('evt_1000001');
    expect(await post(raw)).toBe(200);
    const [row] = await stored('evt_1000001');
    expect(row?.raw.equals(raw)).toBe(true);
    expect(row?.headers['content-type']).toBe('application/json');
    expect(row?.processed_at).toBeNull();
  });

  it('acknowledges a repeated webhook and stores it once', async () => {
    const raw = body('evt_1000002');
    expect(await Promise.all([post(raw), post(raw), post(raw)])).toEqual([200, 200, 200]);
    expect(await post(raw)).toBe(200);
    expect(await stored('evt_1000002')).toHaveLength(1);
  });

  it('refuses bytes that were changed after signing, without storing them', async () => {
    const signed = body('evt_1000003');
    const changed = Buffer.from(signed.toString().replace('"amountMinor":"1"', '"amountMinor":"9"'));
    expect(await post(changed, { signature: signatureHeader(SECRET, signed, stand.clock.now()) })).toBe(401);
    expect(await stored('evt_1000003')).toEqual([]);
  });

  it.each(['', 'nonsense', 't=1,v1=00'])('refuses the signature %j', async (signature) => {
    expect(await post(body(), { signature })).toBe(401);
  });

  it('refuses a stranger’s secret', async () => {
    expect(await post(body(), { secret: 'somebody-elses-secret' })).toBe(401);
  });

  it('accepts both secrets while they are being rotated', async () => {
    expect(await post(body(), { secret: SECRET })).toBe(200);
    expect(await post(body(), { secret: OLD_SECRET })).toBe(200);
  });

  it('refuses a signature that is too old, so that a recorded webhook cannot be played again', async () => {
    expect(await post(body(), { signedAt: stand.clock.now() - SIGNATURE_TOLERANCE_MS - 2_000 })).toBe(401);
    expect(await post(body(), { signedAt: stand.clock.now() + SIGNATURE_TOLERANCE_MS + 2_000 })).toBe(401);
    expect(await post(body(), { signedAt: stand.clock.now() - SIGNATURE_TOLERANCE_MS + 2_000 })).toBe(200);
  });

  it('does not know other providers', async () => {
    expect(await post(body(), { provider: 'nobody' })).toBe(404);
  });

  it('refuses a body beyond any webhook', async () => {
    expect(await post(Buffer.from(JSON.stringify({ padding: 'x'.repeat(300 * 1024) })))).toBe(413);
  });

  it('stores what is signed but cannot be read, once, under the hash of its bytes', async () => {
    const raw = Buffer.from(JSON.stringify({ id: 'evt_1000004', type: 'charge.of-a-kind-we-do-not-know' }));
    expect(await Promise.all([post(raw), post(raw)])).toEqual([200, 200]);
    expect(await stored('evt_1000004')).toEqual([]);
    const [{ count }] = (await stand.query<{ count: bigint }>(`SELECT count(*) FROM payments.webhook_event WHERE provider_event_id LIKE 'sha256:%'`)) as [{ count: bigint }];
    expect(count).toBe(1n);
  });

  it('acknowledges a burst with a few inserts, not one for each', async () => {
    const before = await stand.query<{ xmin: string }>('SELECT DISTINCT xmin::text FROM payments.webhook_event');
    expect(await Promise.all(Array.from({ length: 60 }, () => post(body())))).toEqual(Array(60).fill(200));
    const after = await stand.query<{ xmin: string }>('SELECT DISTINCT xmin::text FROM payments.webhook_event');
    expect(after.length - before.length).toBeLessThan(60);
  });
});
