import { type AggregateDefinition, openAggregates, type Ports } from '@patchwork/aggregate'
import { PersonDetailsChanged, PersonInvited, PersonRegistered } from '@patchwork/events'
import { evolve, type Person, type PersonDetails, type PersonEvent, unknown } from '../domain/person.ts'

const people: AggregateDefinition<Person, PersonEvent> = {
  service: 'people',
  name: 'person',
  topic: PersonRegistered.topic,
  events: [PersonRegistered, PersonDetailsChanged, PersonInvited],
  initial: unknown,
  evolve,
}

/** Opens the vault: people by id, their details sealed at rest. */
export const openPersonStore = (ports: Ports) => openAggregates<Person, PersonEvent, PersonDetails>(people, ports)
export type PersonStore = Awaited<ReturnType<typeof openPersonStore>>
