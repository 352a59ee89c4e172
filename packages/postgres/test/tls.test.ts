import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { generate } from 'selfsigned'
import { afterAll, expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'
import { witnessOf } from './witness.ts'

const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }])
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-tls-'))
const [certFile, keyFile] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
writeFileSync(certFile, cert)
writeFileSync(keyFile, key)
ownedByServer(folder, 0o700)
ownedByServer(keyFile, 0o600)
ownedByServer(certFile, 0o600)
afterAll(() => rmSync(folder, { recursive: true }))

describePostgres(
  'a pool over TLS',
  server => {
    it('cancels over TLS, too, and uses the connection again', async () => {
      const witness = await witnessOf(server)
      const pool = poolOn({ ...server.config, max: 1, ssl: { rejectUnauthorized: false } }, { cancelGraceMs: 30_000 })
      const controller = new AbortController()
      const query = 'select ssl, pg_backend_pid() as pid from pg_stat_ssl where pid = pg_backend_pid()'
      const { rows: before } = await pool.query(query)

      const sleep = rejectionOf(pool.query('select pg_sleep(60)', [], { signal: controller.signal }))
      await witness.seesRunning('pg_sleep(60)')
      controller.abort('enough')

      expect(await sleep).toBe('enough')
      const { rows: after } = await pool.query(query)
      expect(after).toEqual([{ ...before[0], ssl: true }])
      await witness.seesNothingRunning()
    })
  },
  { settings: { ssl: 'on', ssl_cert_file: certFile, ssl_key_file: keyFile } },
)

/** PostgreSQL does not run as root, and wants its key for itself. */
function ownedByServer(file: string, mode: number): void {
  if (process.getuid?.() === 0) chownSync(file, 65_534, 65_534)
  chmodSync(file, mode)
}
