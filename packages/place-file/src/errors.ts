/** Another process holds the place; the file is untouched. */
export class LockedFileError extends Error {
  readonly code = 'place-file-locked'
  readonly path: string
  constructor(path: string) {
    super(
      `${path} is in use by another process. Stop the Patchwork that runs on this data directory, or use the patchwork commands that talk to it, or choose another DATA_DIR. A process that was killed leaves no lock behind.`,
    )
    this.path = path
  }
}

/** A later version of Patchwork wrote the file; it is untouched. */
export class NewerFileError extends Error {
  readonly code = 'place-file-newer'
  readonly path: string
  constructor(path: string, foundVersion: string) {
    super(`${path} was written by a newer Patchwork (file format ${foundVersion}). Update Patchwork, or restore a backup that this version made.`)
    this.path = path
  }
}

/** What stands at the path is no place file, or no longer a whole one; it is untouched. */
export class DamagedFileError extends Error {
  readonly code = 'place-file-damaged'
  readonly path: string
  readonly reason: string
  constructor(path: string, reason: string) {
    super(
      `${path} cannot be used: ${reason}. Nothing was changed. Move it aside (with its -wal file) and restore the latest backup with "patchwork restore", or choose another DATA_DIR.`,
    )
    this.path = path
    this.reason = reason
  }
}

/** There is no room for the write: the disk, or the size allowed to the file, is full. Nothing of it was kept; it succeeds once there is room. */
export class PlaceFileFullError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'place-file-full'
  readonly title = 'No room to save'
  constructor() {
    super('The disk that holds this place, or the size allowed to its file, is full. Nothing of this was saved. Make room and try again.')
  }
}

/** The file is closed, or cannot be read or written just now. A write so answered may or may not have happened. */
export class PlaceFileUnavailableError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'place-file-unavailable'
  readonly title = 'Cannot save or read just now'
  constructor(reason: string) {
    super(`The place's file cannot be used just now: ${reason}`)
  }
}

/** The SQL or its values are wrong: a mistake of the calling code, which no repeat mends. Nothing of the operation was kept. */
export class BadStatementError extends Error {
  readonly code = 'bad-statement'
}
