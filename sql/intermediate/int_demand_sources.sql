-- one row: a form that a zone bought, or needs by the model, in one of the four quarters of the year
-- answers: how much of it was observed, and how much the model says, before any filling
-- leaves out: the low and the high case. Form kg
with quantities as (
  select quarter_index, place, product_group, form, observed_kg, 0e0 as modelled_kg
  from int_demand_observed
  union all
  select
    quarter_index, place, product_group, form,
    0e0 as observed_kg, reported_kg + derived_kg + assumed_kg as modelled_kg
  from int_demand_modelled
),

int_demand_sources as (
  select
    quantities.quarter_index,
    quarters.age,
    cells.cell,
    quantities.form,
    sum(quantities.observed_kg) as observed_kg,
    sum(quantities.modelled_kg) as modelled_kg
  from quantities
  join int_quarters as quarters on quarters.quarter_index = quantities.quarter_index
  join int_place_cells as cells
    on cells.place = quantities.place and cells.product_group = quantities.product_group
  where quarters.age < 4
  group by quantities.quarter_index, quarters.age, cells.cell, quantities.form
)

select * from int_demand_sources
