// The files that a run writes. Whether it can is known before it begins: nobody simulates a week for a folder that is not there.
import { accessSync, appendFileSync, constants, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { UsageError } from '#contract/settings.ts'
import { formatJunit } from '../report/junit.ts'
import type { Report } from '../report/report.ts'
import { formatSummary } from '../report/summary.ts'
import { formatTimeline } from '../report/timeline/timeline.ts'
import type { SimulateConfig } from './settings.ts'

const pageOf = (file: string): string => `${basename(file, extname(file))}.html`
const isPage = (html: string): boolean => extname(html) === '.html'

/** One page for one scenario; a folder of pages for several, which is made. Throws a `UsageError`. */
export function checkOutputs({ junit, html, summary, transcript, found, fuzz, files }: SimulateConfig): void {
  if (html !== undefined && isPage(html) && files.length > 1) {
    throw new UsageError('Cannot use --html as it must be a folder where there are several scenarios: got a file')
  }
  const pages = files.map(pageOf)
  const twice = pages.find((page, index) => pages.indexOf(page) !== index)
  if (html !== undefined && twice !== undefined) {
    throw new UsageError(`Cannot use --html as every scenario must have a file name of its own: got ${twice} twice`)
  }
  checkFile('--junit', junit)
  checkFile('--summary', summary)
  checkFile('--transcript', transcript)
  if (fuzz !== undefined) checkFile('--found', found)
  if (html !== undefined && isPage(html)) checkFile('--html', html)
  else if (html !== undefined) makeFolder(html)
}

export function writeOutputs({ junit, html, summary }: SimulateConfig, reports: readonly Report[]): void {
  if (junit !== undefined) writeFileSync(junit, formatJunit(reports))
  if (summary !== undefined) appendFileSync(summary, formatSummary(reports))
  if (html === undefined) return
  for (const report of reports) {
    writeFileSync(isPage(html) ? html : join(html, pageOf(report.file ?? 'found.yaml')), formatTimeline(report))
  }
}

function checkFile(flag: string, file: string | undefined): void {
  if (file === undefined) return
  const cannot = (why: string) => new UsageError(`Cannot use ${flag} as it must be a file that can be written: ${why}`)
  const there = statSync(file, { throwIfNoEntry: false })
  if (there?.isDirectory()) throw cannot(`${file} is a folder`)
  const written = there === undefined ? dirname(file) : file
  const why = there === undefined ? `there is no folder ${written} to write to` : `${file} may not be written`
  try {
    accessSync(written, constants.W_OK)
  } catch {
    throw cannot(why)
  }
}

function makeFolder(html: string): void {
  try {
    mkdirSync(html, { recursive: true })
    accessSync(html, constants.W_OK)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`Cannot use --html as it must be a page (.html) or a folder that can be written: ${why}`)
  }
}
