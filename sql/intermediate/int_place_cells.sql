-- one row: a place and product group in a cell
-- answers: to which cells what a place needs, grows or processes is added
-- leaves out: places that no zone takes
with int_place_cells as (
  select zones.place, cells.product_group, cells.cell
  from int_place_zones as zones
  join int_cells as cells on cells.zoning = zones.zoning and cells.zone = zones.zone
)

select * from int_place_cells
