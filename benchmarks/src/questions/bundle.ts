import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'

export interface Bundle {
  /** Minified. */
  readonly bytes: number
  readonly gzipBytes: number
  /** What it is made of: minified bytes by the path of the module below the root. */
  readonly modules: ReadonlyMap<string, number>
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const here = fileURLToPath(new URL('.', import.meta.url))

/**
 * Bundles an entry for production as the bundler of a user would, modules of Node left out. `conditions` are those of
 * the exports of packages, besides the usual ones.
 */
export async function bundle(entry: string, conditions: readonly string[] = []): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry, resolveDir: here },
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    treeShaking: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    conditions: [...conditions],
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
  })
  const [code] = outputFiles
  if (code === undefined) throw new Error('esbuild wrote nothing')
  return { bytes: code.contents.length, gzipBytes: gzipSync(code.contents).length, modules: modulesOf(metafile) }
}

function modulesOf({ outputs }: Metafile): Map<string, number> {
  const inputs = Object.values(outputs).flatMap(output => Object.entries(output.inputs))
  return new Map(inputs.map(([path, { bytesInOutput }]) => [path, bytesInOutput]))
}
