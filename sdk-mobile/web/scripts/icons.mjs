// Draws the PNG icons of the app from app/public/icon.svg, with Debian's Chromium: node scripts/icons.mjs
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const svg = readFileSync('app/public/icon.svg', 'utf8')
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
for (const [name, size, full] of [['icon-192', 192], ['icon-512', 512], ['icon-maskable', 512, true]]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const drawn = full ? svg.replace('rx="112"', '').replace('<path d="M256 84', '<g transform="translate(51 51) scale(.8)"><path d="M256 84').replace('</svg>', '</g></svg>') : svg
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawn}`)
  await page.screenshot({ path: `app/public/${name}.png`, omitBackground: !full })
  await page.close()
}
await browser.close()
