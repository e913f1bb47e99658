import { type Runtime, sleep } from '@patchwork/runtime'
import type { LogFile, Position } from './logFile.ts'

// What a crash repeats at the most, and what it costs at the most: one small write in so long a time, whatever the number of events and groups.
const saveEveryMs = 100

/** The groups' positions: all that moved meanwhile are saved in one write. */
export interface Positions {
  move(position: Position): void
  /** Up to which offset a group has finished, as it will be found after a restart. */
  saved(group: string, topic: string): Promise<number>
  /** Saves at once what has moved. A position that cannot be saved repeats deliveries, nothing else. */
  save(): Promise<void>
}

export const openPositions = ({ file, runtime }: { file: LogFile; runtime: Runtime }): Positions => {
  const moved = new Map<string, Position>()
  let isPlanned = false
  let saving: Promise<void> = Promise.resolve()

  const write = async () => {
    const positions = [...moved.values()]
    moved.clear()
    if (positions.length === 0) return
    await file.moveTo(positions).catch(() => {
      for (const position of positions) remember(position)
    })
  }
  const remember = (position: Position) => {
    const name = `${position.group}\u0000${position.topic}`
    if ((moved.get(name)?.offset ?? 0) < position.offset) moved.set(name, position)
  }
  const save = () => {
    saving = saving.then(write)
    return saving
  }
  return {
    move: (position) => {
      remember(position)
      if (isPlanned) return
      isPlanned = true
      void sleep(runtime, saveEveryMs).then(() => {
        isPlanned = false
        return save()
      })
    },
    saved: async (group, topic) => {
      await save()
      return file.position(group, topic)
    },
    save,
  }
}
