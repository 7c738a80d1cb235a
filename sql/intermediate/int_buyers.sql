-- one row: a place that needs something of a product group in one of the four quarters of the year
-- answers: which places have demand, in the central case
-- leaves out: how much
with int_buyers as (
  select demand.quarter_index, demand.place, demand.product_group
  from int_place_demand as demand
  join int_quarters as quarters on quarters.quarter_index = demand.quarter_index
  where quarters.age < 4 and demand.scenario = 'central'
  group by demand.quarter_index, demand.place, demand.product_group
  having sum(demand.demand_kg) > 5e-4
)

select * from int_buyers
