import type { ImportProgress } from '@patchwork/provider-directory'
import { z } from 'zod'
import { BackupError, backUp, type CopyProgress, notInOneFile } from './backup.ts'
import { ImportOperation, operateImport } from './importing.ts'
import type { Place } from './place.ts'

/** What an operator can ask of a place, running or opened for the question. Answers are JSON; nothing in them is about a person. */
export const Operation = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('verify') }),
  z.strictObject({ name: z.literal('rebuild'), readModel: z.string().min(1).max(200).optional() }),
  z.strictObject({ name: z.literal('dead-letters-list') }),
  z.strictObject({ name: z.literal('dead-letters-show'), eventId: z.string().min(1).max(200) }),
  z.strictObject({ name: z.literal('dead-letters-replay'), source: z.string().min(1).max(200).optional() }),
  /** The copy is written by the place itself, so the path is a whole one. */
  z.strictObject({ name: z.literal('backup'), file: z.string().min(1).max(4_096) }),
  ImportOperation,
])
export type Operation = z.infer<typeof Operation>

/** What a long operation tells of itself. */
export type OperationProgress = ImportProgress | CopyProgress

export type Verified = { ok: boolean; invariants: { name: string; checked: number; violations: number; examples: string[] }[] }
export type Rebuilt = { readModels: { name: string; equal: boolean }[] }
export type DeadLetter = { service: string; group: string; source: string; sequence: number; eventId: string; type: string; reason: string }
export type Replayed = { groups: { group: string; replayed: number; stillParked: number }[] }

/** The operator named something that is not there; the command ends with exit code 2. */
export class UnknownNameError extends Error {}

const deadLettersMax = 1_000

/** Carries out one operation; a long one tells how far it is. Throws UnknownNameError. */
export const operate = (place: Place, operation: Operation, onProgress?: (progress: OperationProgress) => void): Promise<unknown> => {
  switch (operation.name) {
    case 'verify':
      return verify(place)
    case 'rebuild':
      return rebuild(place, operation.readModel)
    case 'dead-letters-list':
      return deadLetters(place)
    case 'dead-letters-show':
      return deadLetters(place).then((letters) => letters.filter((letter) => letter.eventId === operation.eventId))
    case 'dead-letters-replay':
      return replay(place, operation.source)
    case 'backup':
      return backUp({ placeFile: wholeFileOf(place), ...place.ports }, operation.file, onProgress)
    case 'import':
      return operateImport(place.directory.imports, operation, onProgress)
  }
}

const wholeFileOf = ({ wholeFile }: Place) => {
  if (!wholeFile) throw new BackupError(notInOneFile)
  return wholeFile
}

// One service at a time, as each does with its invariants: on one disk two scans only slow each other down, and the place goes on serving.
const verify = async (place: Place): Promise<Verified> => {
  const { whileAsking = (work) => work() } = place.ports
  const invariants: Verified['invariants'] = []
  await whileAsking(async () => {
    for (const service of place.services) invariants.push(...(await service.verify()))
  })
  return { ok: invariants.every((invariant) => invariant.violations === 0), invariants }
}

const rebuild = async (place: Place, wanted: string | undefined): Promise<Rebuilt> => {
  const known = place.services.flatMap((service) => service.readModels)
  const chosen = wanted === undefined ? known : known.filter((readModel) => readModel.name === wanted)
  if (chosen.length === 0) throw new UnknownNameError(`There is no read model "${wanted}". There are: ${known.map((readModel) => readModel.name).join(', ')}.`)
  const readModels: Rebuilt['readModels'] = []
  for (const readModel of chosen) {
    const before = await readModel.digest()
    await readModel.rebuild()
    readModels.push({ name: readModel.name, equal: (await readModel.digest()) === before })
  }
  return { readModels }
}

const consumersOf = (place: Place) => place.services.flatMap((service) => service.consumers.map((consumer) => ({ service: service.name, consumer })))

const deadLetters = async (place: Place): Promise<DeadLetter[]> => {
  const lists = await Promise.all(
    consumersOf(place).map(async ({ service, consumer }) =>
      (await consumer.parked(deadLettersMax)).map((parked) => ({ service, group: consumer.group, ...parked })),
    ),
  )
  return lists.flat()
}

const replay = async (place: Place, source: string | undefined): Promise<Replayed> => {
  const groups: Replayed['groups'] = []
  for (const { consumer } of consumersOf(place)) groups.push({ group: consumer.group, ...(await consumer.replay(source)) })
  return { groups: groups.filter((group) => group.replayed > 0 || group.stillParked > 0) }
}
