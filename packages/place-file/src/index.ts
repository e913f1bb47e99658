export { BadStatementError, DamagedFileError, LockedFileError, NewerFileError, PlaceFileFullError, PlaceFileUnavailableError } from './errors.ts'
export {
  type OpenOptions,
  type Operation,
  type OperationResult,
  openPlaceFile,
  type PlaceFile,
  type Refused,
  type Row,
  type SqlValue,
  type Statement,
} from './placeFile.ts'
