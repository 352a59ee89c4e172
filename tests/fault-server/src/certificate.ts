import { generate } from 'selfsigned'

export interface Certificate {
  /** PEM, its own authority. */
  readonly cert: string
  readonly key: string
}

let certificate: Promise<Certificate> | undefined

/** The certificate of all TLS servers of this process, for 127.0.0.1 and localhost. */
export function loopbackCertificate(): Promise<Certificate> {
  certificate ??= make()
  return certificate
}

async function make(): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { cert, key }
}
