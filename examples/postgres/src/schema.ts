import type { Pool } from 'pg'

export const articles = [1, 2, 3, 4] as const

/** Of the last article there is so little that it is sold out soon. */
export async function createTables(pool: Pool): Promise<void> {
  await pool.query(`
    create table article (
      id int primary key, name text not null, price_cents int not null, stock int not null check (stock >= 0)
    );
    create table orders (
      id bigint generated always as identity primary key,
      -- Chosen by the customer: an order that is sent again is the same order.
      key uuid not null unique,
      article_id int not null references article, quantity int not null, total_cents int not null
    );
    create table ledger (order_id bigint not null references orders, cents int not null);
    create index on ledger (order_id);
    insert into article values
      (1, 'rope', 1200, 10000), (2, 'anchor', 8900, 10000), (3, 'lamp', 3400, 10000), (4, 'compass', 15900, 200)`)
}
