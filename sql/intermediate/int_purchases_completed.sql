-- one row: a quarter in which a place's purchases of a product group are known to be all there is
-- answers: where the model must not fill anything
-- leaves out: what holds for another place, though it lie in this one
with int_purchases_completed as (
  select distinct quarters.quarter_index, complete.place, groups.product_group
  from stg_complete_purchases as complete
  join stg_product_groups as groups
    on complete.product_group = groups.product_group or complete.product_group = 'all'
  join int_quarters as quarters
    on quarters.quarter_index >= complete.first_index
    and (complete.last_index is null or quarters.quarter_index <= complete.last_index)
)

select * from int_purchases_completed
