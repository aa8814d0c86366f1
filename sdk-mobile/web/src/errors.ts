/** What went wrong, in the protocol's words: `code` is stable and for machines, `field` the path to what is wrong. */
export class FlaneurError extends Error {
  override readonly name = 'FlaneurError'
  constructor(
    readonly code: string,
    message: string,
    readonly field = '',
    /** Milliseconds to wait before trying again; 0: not said. */
    readonly retryAfter = 0,
  ) {
    super(message)
  }

  /** Whether trying the same again later may help. */
  get temporary(): boolean {
    return this.code === 'unavailable' || this.code === 'rate_limited' || this.code === 'shutting_down' || this.code === 'internal'
  }
}

export function invalid(field: string, message: string): FlaneurError {
  return new FlaneurError('invalid_field', message, field)
}

export function missingConsent(purpose: string): FlaneurError {
  return new FlaneurError('consent_required', `The person has not allowed ${purpose}.`, purpose)
}

/** Every error as one of ours; what is none is a mistake inside the package. */
export function asError(cause: unknown): FlaneurError {
  return cause instanceof FlaneurError ? cause : new FlaneurError('internal', cause instanceof Error ? cause.message : String(cause))
}
