import type { Caller } from '@patchwork/access'
import { NotFoundError } from '@patchwork/http'

/** The signed-in person. A caller of another kind has no messages: NotFoundError. */
export const personOf = (caller: Caller): string => {
  if (caller.kind !== 'person') throw new NotFoundError()
  return caller.personId
}
