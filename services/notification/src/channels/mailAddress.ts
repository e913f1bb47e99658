// Names that belong to nobody for ever (RFC 2606, RFC 6761), and `example` anywhere in a name.
const reservedEndings = ['test', 'invalid', 'localhost', 'local', 'example']

/** Whether nobody can be behind this address: it stands in an example, and mail to it must never leave. */
export const isExampleAddress = (address: string): boolean => {
  const labels = address
    .slice(address.lastIndexOf('@') + 1)
    .toLowerCase()
    .split('.')
  return labels.includes('example') || reservedEndings.includes(labels.at(-1) ?? '')
}
