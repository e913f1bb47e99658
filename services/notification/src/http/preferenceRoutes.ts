import { type AnyRoute, defineRoute } from '@patchwork/http'
import { z } from 'zod'
import type { PreferencesStore } from '../store/preferences.ts'
import { languages } from '../words/render.ts'
import { personOf } from './personOf.ts'

const PreferencesBody = z.strictObject({ language: z.enum(languages), email: z.boolean() })

export const preferenceRoutes = ({ preferences }: { preferences: PreferencesStore }): AnyRoute[] => [
  defineRoute({
    method: 'get',
    path: '/preferences',
    policy: 'preferences.read',
    summary: 'How the caller wants to be told; English and by e-mail too, until they choose',
    answer: PreferencesBody,
    own: 'by-caller',
    handle: async ({ caller }) => {
      const { preferences: chosen, sequence } = await preferences.get(personOf(caller))
      return { body: { language: chosen.language ?? 'en', email: chosen.email }, sequence }
    },
  }),
  defineRoute({
    method: 'put',
    path: '/preferences',
    policy: 'preferences.choose',
    summary: 'Chooses language and whether e-mails come; messages that an account cannot do without always come by e-mail',
    body: PreferencesBody,
    answer: PreferencesBody,
    problems: ['stale'],
    own: 'by-caller',
    handle: async ({ caller, body, command }) => ({ body, sequence: await preferences.choose(personOf(caller), body, command.expectedSequence) }),
  }),
]
