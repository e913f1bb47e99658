import * as commissioning from './commissioning.ts'
import type { EventDefinition } from './eventDefinition.ts'
import * as identity from './identity.ts'
import * as notification from './notification.ts'
import * as people from './people.ts'
import * as personalBudgetPooling from './personalBudgetPooling.ts'
import * as providerDirectory from './providerDirectory.ts'
import * as referral from './referral.ts'

const isDefinition = (value: unknown): value is EventDefinition => typeof value === 'object' && value !== null && 'topic' in value && 'meaning' in value

/** Every kind of event there is, by its wire type. */
export const eventDefinitions: ReadonlyMap<string, EventDefinition> = new Map(
  [providerDirectory, people, identity, referral, notification, personalBudgetPooling, commissioning]
    .flatMap((publisher) => Object.values(publisher).filter(isDefinition))
    .map((definition) => [definition.type, definition]),
)

/** Every topic there is, sorted. */
export const topics: readonly string[] = [...new Set([...eventDefinitions.values()].map((definition) => definition.topic))].sort()
