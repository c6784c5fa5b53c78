CREATE INDEX products_category ON products (category);
CREATE INDEX orders_customer ON orders (customer, placed_at);
CREATE INDEX order_lines_order ON order_lines (order_id);
