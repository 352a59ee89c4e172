create table orders (
  key uuid primary key,
  product_id text not null,
  quantity int not null check (quantity > 0),
  placed_at timestamptz not null default now()
);
