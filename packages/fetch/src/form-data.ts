/**
 * A form as fetch would send it, with a boundary that is chosen once: each other encoding gets a new one, and a server that
 * compares requests would take the next attempt for a different one. Files stay where they are until they are sent.
 */
export function encodedForm(form: FormData): Blob {
  // Blobs write their type in lower case.
  const boundary = `----holdfast-${crypto.randomUUID()}`
  const parts: (string | Blob)[] = []
  for (const [name, value] of form as unknown as Iterable<[string, File | string]>) {
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${escaped(withLineBreaks(name))}"`)
    if (typeof value === 'string') parts.push(`\r\n\r\n${withLineBreaks(value)}`)
    else {
      const type = value.type === '' ? 'application/octet-stream' : value.type
      parts.push(`; filename="${escaped(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value)
    }
    parts.push('\r\n')
  }
  return new Blob([...parts, `--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` })
}

/** HTML Standard, "multipart/form-data encoding algorithm". */
const withLineBreaks = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n')

const escaped = (name: string): string => name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')
