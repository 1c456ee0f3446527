create table public.notes (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references auth.users (id),
  folder text not null
);
alter table public.notes enable row level security;
create policy own on public.notes for all to authenticated
  using ((select auth.uid()) = owner_id) with check ((select auth.uid()) = owner_id);
create index notes_owner_id_idx on public.notes (owner_id);
