export {
  DamagedFileError,
  LockedFileError,
  NewerFileError,
  type Operation,
  type OperationResult,
  openPlaceFile,
  type PlaceFile,
  PlaceFileFullError,
  PlaceFileUnavailableError,
  type Statement,
} from './placeFile.ts'
