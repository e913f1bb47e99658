import { z } from 'zod'
import { line, sentFile } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path, type ServiceCalls, ServiceProblem } from '../../serviceCalls.ts'

const service = 'provider-directory'
const fileBytesMax = 150 * 1024 * 1024
const sourceLengthMax = 200
/** As long as a large file takes from here to the directory, on a slow disk. */
const uploadMsMax = 120_000

const FileForm = z.strictObject({ source: line(sourceLengthMax), file: sentFile(fileBytesMax) })
const Kept = z.object({ fileId: z.uuid(), format: z.enum(['open-referral', 'csv']) })
const Begun = z.object({ importId: z.uuid() })

/** Whose feed a file is that waits to be read; it stands in no address. */
export const FileDraft = z.object({ source: z.string() })
export const draftName = (fileId: string): string => `import-file/${fileId}`

/** A feed from a file: JSON is read at once, rows once it is said which column is what. */
export const administratorImportFilePage = definePage({
  name: 'administratorImportFile',
  path: '/administrator/imports/files',
  for: ['administrator'],
  takesFiles: { bytesMax: fileBytesMax },
  form: FileForm,
  save: async ({ source, file }, { services, drafts }) => {
    const { fileId, format } = await atFile(services.upload(service, '/imports/files', file, Kept, { timeoutMs: uploadMsMax }))
    if (format === 'csv') {
      await mustHaveColumns(services, fileId)
      await drafts.keep(draftName(fileId), { source })
      return goTo(`/administrator/imports/files/${fileId}`)
    }
    const { importId } = await services.post(service, path`/imports/files/${fileId}/reading`, { source }, Begun)
    return goTo(`/administrator/imports/${importId}`, { notice: 'administratorImports.begun' })
  },
})

/** Says at the field what keeps the columns from being told. */
const mustHaveColumns = (services: ServiceCalls, fileId: string) => atFile(services.get(service, path`/imports/files/${fileId}`, z.unknown()))

const atFile = async <Result>(asking: Promise<Result>): Promise<Result> => {
  try {
    return await asking
  } catch (error) {
    if (error instanceof ServiceProblem && error.fields.length === 0 && error.status < 500)
      throw new ServiceProblem(service, error.status === 413 ? 422 : error.status, error.code, [{ pointer: '/file', code: error.code }])
    throw error
  }
}
