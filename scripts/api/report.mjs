import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

/** @typedef {import('../workspace.mjs').Package} Package */

/**
 * @typedef {object} EntryPoint what users can import by one name
 * @property {string} report file name of its report
 * @property {string} declarations absolute path
 * @property {Package} pkg
 */

/** One for each name in the `exports` of a manifest that leads to declarations. @param {Package} pkg @returns {EntryPoint[]} */
export function entryPointsOf(pkg) {
  /** @type {[string, { types?: string }][]} */
  const targets = Object.entries(pkg.manifest['publishConfig'].exports)
  return targets.flatMap(([path, { types }]) => {
    if (types === undefined) return []
    const specifier = `${pkg.name}${path.slice(1)}`
    const report = `${specifier.replace('@holdfast/', '').replaceAll('/', '.')}.api.md`
    return [{ report, declarations: join(pkg.folder, types), pkg }]
  })
}

/**
 * Writes the report of an entry point into a folder, and what is wrong with its declarations as warnings into the report.
 *
 * @param {EntryPoint} entryPoint
 * @param {string} folder
 */
export function writeReport({ report, declarations, pkg }, folder) {
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(pkg.folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: pkg.folder,
      mainEntryPointFilePath: declarations,
      compiler: { overrideTsconfig: tsconfig(declarations) },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: folder,
        reportTempFolder: join(folder, 'temp'),
        // So that a change of a type without a name shows where it is used.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      newlineKind: 'lf',
      messages,
    },
  })
  const { succeeded } = Extractor.invoke(config, { localBuild: true, messageCallback: hush })
  if (!succeeded) throw new Error(`the declarations of ${pkg.name} cannot be read`)
}

/** It says of every report that it is new. @param {import('@microsoft/api-extractor').ExtractorMessage} message */
function hush(message) {
  message.handled = message.logLevel !== ExtractorLogLevel.Error
}

/** Users see the packages as built, so the condition for sources is not among these. @param {string} declarations */
function tsconfig(declarations) {
  return {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable', 'dom'],
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      types: ['node'],
    },
    files: [declarations],
  }
}

/** @type {import('@microsoft/api-extractor').IExtractorMessagesConfig} */
const messages = {
  compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
  extractorMessageReporting: {
    default: { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
    // All that is exported is public, so nothing carries a release tag.
    'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
    // The report has "(undocumented)" there.
    'ae-undocumented': { logLevel: ExtractorLogLevel.None },
  },
  // How a comment is written is no part of a signature.
  tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
}
