import assert from 'node:assert/strict'
import { type Case, figureOf, type Question, type Row } from '../harness/question.ts'
import { buildPackages } from './built-packages.ts'
import { type Bundle, bundle } from './bundle.ts'
import { allFive, imports } from './size-imports.ts'

const KIB = 1024
const MADE_OF = 'what all five are made of'

const cases: readonly Case[] = [
  ...imports.map(({ name, entries }) => ({
    name,
    verify: async () => buildPackages(),
    measure: () => sizesOf(name, entries),
  })),
  { name: MADE_OF, verify: proveModules, measure: modulesOfAllFive },
]

const kib = (bytes: number): string => (bytes / KIB).toFixed(2)

export const question: Question = {
  name: 'size',
  title: 'How much does an import add to a bundle?',
  method: `What each README imports, bundled by esbuild from the packages as they are published, tree-shaken and minified;
gzip at its usual level. Modules of Node are left out: opossum needs its events. Ratios are of gzip, to Holdfast's. What
all five are made of is told by source module, minified.`,
  columns: [
    { figure: 'bytes', title: 'minified, B', format: value => value.toLocaleString('en') },
    { figure: 'gzipBytes', title: 'gzip, KiB', format: kib },
    { figure: 'ratio', title: 'ratio', format: ratio => ratio.toFixed(2) },
    { figure: 'share', title: 'of all, %', format: share => (100 * share).toFixed(1) },
  ],
  cases,
  processes: 1,
  goalsOf: rows => [
    {
      text: 'KiB of gzip for retry alone',
      limit: 2.2,
      reached: figureOf(rows, 'retry alone', 'holdfast', 'gzipBytes') / KIB,
    },
    {
      text: 'KiB of gzip for all five',
      limit: 6,
      reached: figureOf(rows, 'all five in a pipeline', 'holdfast', 'gzipBytes') / KIB,
    },
  ],
}

async function sizesOf(group: string, entries: Readonly<Record<string, string>>): Promise<Row[]> {
  const bundles: [string, Bundle][] = []
  for (const [subject, entry] of Object.entries(entries)) bundles.push([subject, await bundle(entry)])
  const own = new Map(bundles).get('holdfast')?.gzipBytes ?? Number.NaN
  return bundles.map(([subject, { bytes, gzipBytes }]) => ({
    group,
    subject,
    figures: { bytes, gzipBytes, ratio: gzipBytes / own },
  }))
}

/** Of the sources: what is built has one file for all modules of a package. */
const bundleSources = (): Promise<Bundle> => bundle(allFive, ['@holdfast/source'])

async function modulesOfAllFive(): Promise<Row[]> {
  const { bytes: all, modules } = await bundleSources()
  return [...modules]
    .filter(([, bytes]) => bytes > 0)
    .toSorted(([, one], [, other]) => other - one)
    .map(([path, bytes]) => ({
      group: MADE_OF,
      subject: path.replace(/^packages\/(.*)\/src\//, '$1/'),
      figures: { bytes, share: bytes / all },
    }))
}

/** Fails unless the sources and what is built from them come to the same. */
async function proveModules(): Promise<void> {
  buildPackages()
  const [built, sources] = [await bundle(allFive), await bundleSources()]
  const difference = Math.abs(sources.bytes - built.bytes) / built.bytes
  assert.ok(difference < 0.02, `the sources have ${sources.bytes} bytes, what is built ${built.bytes}`)
}
