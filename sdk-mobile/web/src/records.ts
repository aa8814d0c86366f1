// What is kept in the browser: an IndexedDB database with four tables, or the same in memory where there is none (a private
// window, a test). Keys of the queues rise, so that they come out in the order they went in.

/** kv: settings; fixes: not yet sent; outbox: what the person did, not yet told; seen: deliveries shown. */
export type Table = 'kv' | 'fixes' | 'outbox' | 'seen'
const TABLES: Table[] = ['kv', 'fixes', 'outbox', 'seen']

export interface Records {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown): Promise<void>
  /** Sets what f makes of the value, with nothing in between. */
  change<T>(key: string, f: (value: T | undefined) => T | undefined): Promise<void>
  /** Appends to a queue of at most max entries; the oldest make room. Returns how many were lost. */
  push(table: 'fixes' | 'outbox', value: unknown, max: number): Promise<number>
  /** The first entries of a queue with their keys. */
  head<T>(table: 'fixes' | 'outbox', limit: number): Promise<{ key: number; value: T }[]>
  remove(table: 'fixes' | 'outbox', keys: number[]): Promise<void>
  count(table: Table): Promise<number>
  /** Whether id was never seen before; it is from now on. The latest 500 are remembered. */
  first(id: string): Promise<boolean>
  clear(...tables: Table[]): Promise<void>
  close(): void
}

const MAX_SEEN = 500

export async function openRecords(name: string): Promise<Records> {
  if (typeof indexedDB === 'undefined') return new MemoryRecords()
  try {
    return new IndexedRecords(await openDatabase(name))
  } catch {
    return new MemoryRecords() // Firefox in a private window, for one
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => {
      for (const table of TABLES) request.result.createObjectStore(table, { autoIncrement: table !== 'kv' && table !== 'seen' })
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('the database is blocked'))
  })
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

class IndexedRecords implements Records {
  constructor(private db: IDBDatabase) {
    db.onversionchange = () => db.close()
  }

  /** Runs work in one transaction and waits until it is durable. */
  private async run<T>(tables: Table[], mode: IDBTransactionMode, work: (t: IDBTransaction) => Promise<T>): Promise<T> {
    const t = this.db.transaction(tables, mode)
    const done = new Promise<void>((resolve, reject) => {
      t.oncomplete = () => resolve()
      t.onabort = t.onerror = () => reject(t.error)
    })
    done.catch(() => {}) // work fails with it
    const result = await work(t)
    await done
    return result
  }

  get<T>(key: string): Promise<T | undefined> {
    return this.run(['kv'], 'readonly', (t) => asked(t.objectStore('kv').get(key)) as Promise<T | undefined>)
  }

  set(key: string, value: unknown): Promise<void> { return this.change(key, () => value) }

  async change<T>(key: string, f: (value: T | undefined) => T | undefined): Promise<void> {
    await this.run(['kv'], 'readwrite', async (t) => {
      const kv = t.objectStore('kv')
      const value = f((await asked(kv.get(key))) as T | undefined)
      await (value === undefined ? asked(kv.delete(key)) : asked(kv.put(value, key)))
    })
  }

  push(table: 'fixes' | 'outbox', value: unknown, max: number): Promise<number> {
    return this.run([table], 'readwrite', async (t) => {
      const store = t.objectStore(table)
      await asked(store.add(value))
      const over = (await asked(store.count())) - max
      if (over > 0) for (const key of await asked(store.getAllKeys(undefined, over))) await asked(store.delete(key))
      return Math.max(over, 0)
    })
  }

  head<T>(table: 'fixes' | 'outbox', limit: number): Promise<{ key: number; value: T }[]> {
    return this.run([table], 'readonly', async (t) => {
      const store = t.objectStore(table)
      const [keys, values] = await Promise.all([asked(store.getAllKeys(undefined, limit)), asked(store.getAll(undefined, limit))])
      return keys.map((key, i) => ({ key: key as number, value: values[i] as T }))
    })
  }

  async remove(table: 'fixes' | 'outbox', keys: number[]): Promise<void> {
    await this.run([table], 'readwrite', async (t) => {
      await Promise.all(keys.map((key) => asked(t.objectStore(table).delete(key))))
    })
  }

  count(table: Table): Promise<number> {
    return this.run([table], 'readonly', (t) => asked(t.objectStore(table).count()))
  }

  first(id: string): Promise<boolean> {
    return this.run(['seen'], 'readwrite', async (t) => {
      const seen = t.objectStore('seen')
      if (await asked(seen.getKey(id))) return false
      await asked(seen.put(Date.now(), id))
      if ((await asked(seen.count())) > MAX_SEEN) { // rare: the oldest half goes
        const [keys, times] = await Promise.all([asked(seen.getAllKeys()), asked(seen.getAll() as IDBRequest<number[]>)])
        const old = keys.map((key, i) => ({ key, at: times[i] ?? 0 })).sort((a, b) => a.at - b.at).slice(0, MAX_SEEN / 2)
        await Promise.all(old.map(({ key }) => asked(seen.delete(key))))
      }
      return true
    })
  }

  async clear(...tables: Table[]): Promise<void> {
    await this.run(tables, 'readwrite', async (t) => {
      await Promise.all(tables.map((table) => asked(t.objectStore(table).clear())))
    })
  }

  close(): void { this.db.close() }
}

class MemoryRecords implements Records {
  private tables = new Map<Table, Map<string | number, unknown>>(TABLES.map((t) => [t, new Map()]))
  private next = 1

  private table(t: Table): Map<string | number, unknown> { return this.tables.get(t)! }

  async get<T>(key: string): Promise<T | undefined> { return this.table('kv').get(key) as T | undefined }
  set(key: string, value: unknown): Promise<void> { return this.change(key, () => value) }

  async change<T>(key: string, f: (value: T | undefined) => T | undefined): Promise<void> {
    const value = f(this.table('kv').get(key) as T | undefined)
    if (value === undefined) this.table('kv').delete(key)
    else this.table('kv').set(key, structuredClone(value))
  }

  async push(table: 'fixes' | 'outbox', value: unknown, max: number): Promise<number> {
    const queue = this.table(table)
    queue.set(this.next++, structuredClone(value))
    let lost = 0
    for (const key of queue.keys()) {
      if (queue.size <= max) break
      queue.delete(key)
      lost++
    }
    return lost
  }

  async head<T>(table: 'fixes' | 'outbox', limit: number): Promise<{ key: number; value: T }[]> {
    return [...this.table(table)].slice(0, limit).map(([key, value]) => ({ key: key as number, value: value as T }))
  }

  async remove(table: 'fixes' | 'outbox', keys: number[]): Promise<void> { for (const key of keys) this.table(table).delete(key) }
  async count(table: Table): Promise<number> { return this.table(table).size }
  async first(id: string): Promise<boolean> {
    const seen = this.table('seen')
    if (seen.has(id)) return false
    seen.set(id, true)
    for (const key of seen.keys()) if (seen.size > MAX_SEEN) seen.delete(key)
    return true
  }

  async clear(...tables: Table[]): Promise<void> { for (const t of tables) this.table(t).clear() }
  close(): void {}
}
