import { join, relative } from 'node:path'
import { Application, type ProjectReflection } from 'typedoc'
import { publishedPackages } from '../../scripts/workspace.mjs'
import { root } from './contents.ts'

/** Something that users import from. */
export interface EntryPoint {
  /** What they write behind `from`. */
  readonly name: string
  /** Its source, an absolute path. */
  readonly source: string
  /** The folder of its package, from the root of the repository. */
  readonly folder: string
}

/** Everything that the published packages export, but for the umbrella, which only passes on. */
export function entryPoints(): EntryPoint[] {
  const packages = publishedPackages().filter(({ name }) => name !== 'holdfast')
  return packages.flatMap(({ name, folder, manifest }) =>
    Object.entries(manifest['exports'] as Record<string, { '@holdfast/source'?: string }>).flatMap(
      ([entry, target]) => {
        const source = target['@holdfast/source']
        return source === undefined
          ? []
          : [{ name: name + entry.slice(1), source: join(folder, source), folder: relative(root, folder) }]
      },
    ),
  )
}

/** Writes a page for each entry point into `folder`. Throws if a doc comment links to what does not exist. */
export async function writeReference(folder: string): Promise<void> {
  const entries = entryPoints()
  const application = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entries.map(({ source }) => source),
    tsconfig: join(root, 'site/tsconfig.reference.json'),
    name: 'Reference',
    readme: 'none',
    disableSources: true,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    githubPages: false,
    skipErrorChecking: true, // the sources are checked by a newer compiler
    validation: { invalidLink: true, notExported: false, notDocumented: false },
    treatValidationWarningsAsErrors: true,
    outputs: [{ name: 'markdown', path: folder }],
    router: 'module',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    entryFileName: 'index',
    // Not those that the site gives to headings: these two count names that occur twice differently.
    useHTMLAnchors: true,
    anchorPrefix: 'api-',
    groupOrder: ['Functions', 'Variables', 'Interfaces', 'Type Aliases', 'Classes'],
    parametersFormat: 'table',
    propertiesFormat: 'table',
    interfacePropertiesFormat: 'table',
    tableColumnSettings: { hideModifiers: true, hideInherited: true, hideOverrides: true },
  } as Parameters<typeof Application.bootstrapWithPlugins>[0])

  const project = await application.convert()
  if (project === undefined) throw new Error('the reference could not be made: see above')
  nameModules(project, entries)
  application.validate(project)
  await application.generateOutputs(project)
  if (application.logger.hasErrors()) throw new Error('the reference has errors: see above')
}

/** Modules are named by where they are; readers know them by what they import from. */
function nameModules(project: ProjectReflection, entries: readonly EntryPoint[]): void {
  for (const module of project.children ?? []) {
    const entry = entries.find(({ source }) =>
      [`${module.name}.ts`, `${module.name}/index.ts`].some(file => source.endsWith(`/${file}`)),
    )
    if (entry === undefined) throw new Error(`${module.name} is no entry point of a package`)
    module.name = entry.name
  }
}
