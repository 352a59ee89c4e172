import type { Witness } from './witness.ts'

/** Makes each COMMIT of a transaction that has written to `table` wait for a lock, as one that waits for a replica does. */
export async function makeCommitsWait(witness: Witness, table: string, lock: number): Promise<void> {
  await witness.rows(`
    create or replace function wait() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(${lock}); return null; end $$;
    create constraint trigger slow_commit after insert on ${table}
      deferrable initially deferred for each row execute function wait()`)
}
