-- one row: a place
-- answers: which places there are, in what each lies and how many live there
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'places'
),

stg_places as (
  select
    places.place,
    places.name,
    places.kind,
    places.parent,
    places.latitude,
    places.longitude,
    places.population
  from places
  join effective on effective.row_name = places.delivery
)

select * from stg_places
