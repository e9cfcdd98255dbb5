"""Users' files: sheets read strictly, row by row, and tables written without formulas."""
