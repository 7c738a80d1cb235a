-- one row: a form that a zone needs in one of the four quarters of the year
-- answers: the worst evidence behind its gap: what the model fills from, and production and processing
-- leaves out: places where the model fills nothing
with filled as (
  select demand.quarter_index, cells.cell, demand.form, min(known.evidence) as evidence
  from int_place_demand as demand
  join int_quarters as quarters on quarters.quarter_index = demand.quarter_index
  join int_demand_known as known
    on known.quarter_index = demand.quarter_index
    and known.place = demand.place
    and known.product_group = demand.product_group
    and known.form = demand.form
  join int_place_cells as cells
    on cells.place = demand.place and cells.product_group = demand.product_group
  where quarters.age < 4 and demand.scenario = 'central' and demand.demand_kg - known.observed > 5e-4
  group by demand.quarter_index, cells.cell, demand.form
),

supplying as (
  select quarter_index, place, product_group, evidence
  from stg_production
  union all
  select quarter_index, place, product_group, evidence
  from stg_processing
),

supplied as (
  select supplying.quarter_index, cells.cell, min(supplying.evidence) as evidence
  from supplying
  join int_place_cells as cells
    on cells.place = supplying.place and cells.product_group = supplying.product_group
  group by supplying.quarter_index, cells.cell
),

int_gap_evidence as (
  select
    gaps.quarter_index,
    gaps.cell,
    gaps.form,
    -- the worst: assumed < derived < reported is also how the words sort
    least(coalesce(filled.evidence, 'reported'), coalesce(supplied.evidence, 'reported')) as evidence
  from int_form_gaps as gaps
  left join filled
    on filled.quarter_index = gaps.quarter_index and filled.cell = gaps.cell and filled.form = gaps.form
  left join supplied on supplied.quarter_index = gaps.quarter_index and supplied.cell = gaps.cell
  where gaps.scenario = 'central'
)

select * from int_gap_evidence
