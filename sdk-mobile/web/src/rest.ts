// The REST half of the protocol: bearer tokens, problems (RFC 9457) as errors, a key on every POST that creates.
import { FlaneurError } from './errors.js'

export interface Call {
  method?: string
  path: string
  query?: Record<string, string | number | string[] | undefined>
  body?: unknown
  /** Makes the request safe to repeat: the same key gives the same answer. */
  idempotencyKey?: string
  /** Outlives the page: for what is sent while it goes away. */
  keepalive?: boolean
}

export class Rest {
  constructor(
    private base: string,
    private timeoutSeconds: number,
    /** Device token, or the publishable key before the opt-in. */
    private credential: () => string,
  ) {}

  async json<T>(call: Call): Promise<T> {
    const response = await this.send(call)
    return (response.status === 204 ? undefined : await response.json()) as T
  }

  async blob(path: string): Promise<Blob> { return (await this.send({ path })).blob() }

  private async send(call: Call): Promise<Response> {
    const url = new URL(call.path, this.base)
    for (const [name, value] of Object.entries(call.query ?? {})) {
      for (const v of Array.isArray(value) ? value : [value]) if (v !== undefined && v !== '') url.searchParams.append(name, String(v))
    }
    const headers: Record<string, string> = { Authorization: `Bearer ${this.credential()}` }
    if (call.body !== undefined) headers['Content-Type'] = 'application/json'
    if (call.idempotencyKey) headers['Idempotency-Key'] = call.idempotencyKey
    let response: Response
    try {
      response = await fetch(url, {
        method: call.method ?? 'GET', headers, keepalive: call.keepalive, cache: 'no-store', credentials: 'omit',
        signal: AbortSignal.timeout(this.timeoutSeconds * 1000), ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      })
    } catch {
      throw new FlaneurError('unavailable', 'The server can not be reached; whether it took the request is unknown.')
    }
    if (response.ok) return response
    throw await problem(response)
  }
}

async function problem(response: Response): Promise<FlaneurError> {
  const wait = Number(response.headers.get('Retry-After')) * 1000 || 0
  try {
    const p = (await response.json()) as { code?: string; detail?: string; title?: string; field?: string; retryAfter?: number }
    if (p.code) return new FlaneurError(p.code, p.detail ?? p.title ?? p.code, p.field ?? '', p.retryAfter ?? wait)
  } catch { /* a proxy's own page */ }
  return new FlaneurError(response.status >= 500 || response.status === 429 ? 'unavailable' : 'internal', `The answer was ${response.status}.`, '', wait)
}

/** A key that nobody else makes. crypto.randomUUID exists on secure pages only. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}
