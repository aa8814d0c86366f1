// Runs in the page: every text that is too faint on its background (WCAG 2.2, 1.4.3), with its ratio.
export function faintTexts(): string[] {
  type Colour = [number, number, number, number]
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
  const parse = (css: string): Colour => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = css
    canvas.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
    return [r!, g!, b!, a! / 255]
  }
  const over = (top: Colour, below: Colour): Colour => {
    const mix = (i: 0 | 1 | 2) => top[i] * top[3] + below[i] * (1 - top[3])
    return [mix(0), mix(1), mix(2), 1]
  }
  const luminance = ([r, g, b]: Colour) => {
    const linear = (v: number) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  }
  const background = (e: Element | null): Colour => {
    const layers: Colour[] = []
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor)
      if (c[3] > 0) layers.push(c)
      if (c[3] === 1) break
    }
    return layers.reduceRight((below, top) => over(top, below), parse(matchMedia('(prefers-color-scheme: dark)').matches ? '#000' : '#fff'))
  }
  const out: string[] = []
  const walker = document.createTreeWalker(document.querySelector('dialog[open]') ?? document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent!.trim()
    const e = walker.currentNode.parentElement!
    const style = getComputedStyle(e)
    const box = e.getBoundingClientRect()
    if (!text || !box.width || !box.height || style.visibility === 'hidden' || e.closest('noscript, pre, :disabled, .pin')) continue
    let opacity = 1
    for (let p: Element | null = e; p; p = p.parentElement) opacity *= Number(getComputedStyle(p).opacity)
    const back = background(e)
    const ink = parse(e instanceof SVGElement ? style.fill : style.color)
    const fore = over([ink[0], ink[1], ink[2], ink[3] * opacity], back)
    const [light, dark] = [luminance(fore), luminance(back)].sort((a, b) => b - a) as [number, number]
    const ratio = (light + 0.05) / (dark + 0.05)
    const size = parseFloat(style.fontSize)
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (large ? 3 : 4.5)) out.push(`${ratio.toFixed(2)} ${JSON.stringify(text.slice(0, 40))} (${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''})`)
  }
  return out
}

/** Runs in the page: controls that a finger can't hit (WCAG 2.2, 2.5.8: 24 by 24 pixels). */
export function smallTargets(): string[] {
  return [...document.querySelectorAll<HTMLElement>('button, input, summary, [role=button]')].filter((e) => {
    const box = (e.matches('input[type=radio]') ? e.closest('label')! : e).getBoundingClientRect()
    return box.width > 0 && (box.width < 24 || box.height < 24)
  }).map((e) => e.outerHTML.slice(0, 80))
}

/** Runs in the page: texts that have no room, so that they stand one letter below the other. */
export function squeezedTexts(): string[] {
  const out: string[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent!.trim()
    const range = document.createRange()
    range.selectNodeContents(walker.currentNode)
    const box = range.getBoundingClientRect()
    if (text.length > 5 && box.width > 2 && box.width < 24) out.push(text.slice(0, 40))
  }
  return out
}
