import { Buffer } from 'node:buffer'

/** TLS by a key that both sides know: there is nothing to make, to trust, or to expire. */
const preShared = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const
const psk = Buffer.from('6b656c70', 'hex')

export const withoutCertificate = { ...preShared, pskCallback: (): Buffer => psk }

export const clientWithoutCertificate = {
  ...preShared,
  pskCallback: (): { psk: Buffer; identity: string } => ({ psk, identity: 'test' }),
  checkServerIdentity: (): undefined => undefined,
}
