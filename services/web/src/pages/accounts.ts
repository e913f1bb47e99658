import { z } from 'zod'

/** The secret of a one-time link, as it stands in the link's address. */
export const LinkToken = z.string({ error: 'missing' }).min(1, { error: 'missing' }).max(500, { error: 'too-long' })
