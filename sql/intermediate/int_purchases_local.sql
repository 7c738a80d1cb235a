-- one row: a form that a place bought from inside its zone in a quarter, in one case
-- answers: how much of the demand is already met from near by, at most all of it
-- leaves out: what is known to be processed outside; in low, an unknown origin counts as inside. Raw kg
with near as (
  select
    purchases.quarter_index,
    cells.cell,
    purchases.place,
    purchases.product_group,
    purchases.form,
    sum(purchases.kg) filter (where origins.grown = 'inside') as inside_kg,
    sum(purchases.kg) as possible_kg
  from stg_purchases as purchases
  join int_purchase_origins as origins
    on origins.place = purchases.place and origins.origin = purchases.origin
  join int_cells as cells
    on cells.zoning = origins.zoning
    and cells.zone = origins.zone
    and cells.product_group = purchases.product_group
  where origins.grown <> 'outside' and origins.processed <> 'outside'
  group by purchases.quarter_index, cells.cell, purchases.place, purchases.product_group, purchases.form
),

cases as (
  select
    near.quarter_index,
    near.cell,
    near.place,
    near.form,
    demand.scenario,
    demand.demand_kg,
    cast(case when demand.scenario = 'low' then near.possible_kg else near.inside_kg end as double)
      / nullif(1e0 * forms.yield, 0e0) as near_kg
  from near
  join stg_product_forms as forms
    on forms.product_group = near.product_group and forms.form = near.form
  join int_place_demand as demand
    on demand.quarter_index = near.quarter_index
    and demand.place = near.place
    and demand.product_group = near.product_group
    and demand.form = near.form
),

int_purchases_local as (
  select quarter_index, cell, place, form, scenario, least(demand_kg, near_kg) as local_kg
  from cases
  where near_kg > 0e0
)

select * from int_purchases_local
