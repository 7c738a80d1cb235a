-- one row: a place and itself or a place that it lies in
-- answers: in which county and country a place lies
-- leaves out: nothing; trees are at most four levels deep
with lineages as (
  select
    place.place,
    place.parent as parent_1,
    parent.parent as parent_2,
    grandparent.parent as parent_3
  from stg_places as place
  left join stg_places as parent on parent.place = place.parent
  left join stg_places as grandparent on grandparent.place = parent.parent
),

distances (distance) as (values (0), (1), (2), (3)),

ancestors as (
  select
    lineages.place,
    case distances.distance
      when 0 then lineages.place
      when 1 then lineages.parent_1
      when 2 then lineages.parent_2
      else lineages.parent_3
    end as ancestor,
    distances.distance
  from lineages
  cross join distances
),

int_place_ancestors as (
  select place, ancestor, distance
  from ancestors
  where ancestor is not null
)

select * from int_place_ancestors
