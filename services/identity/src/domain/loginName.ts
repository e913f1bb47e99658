/**
 * The one form of an e-mail address under which an account is found: NFKC, trimmed, lower case. Dots and plus signs stay: only the mail's own
 * server knows whether they matter.
 */
export const loginNameOf = (email: string): string => email.normalize('NFKC').trim().toLowerCase()

const reservedDomains = /(?:^|[.@])(?:example|test|invalid)$|[@.]example\.(?:org|com|net)$/

/** Whether an address is of a domain that RFC 2606 keeps for examples: no mail to it can ever arrive anywhere. */
export const isReservedAddress = (email: string): boolean => reservedDomains.test(loginNameOf(email))
