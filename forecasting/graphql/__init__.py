"""The public interface of forecasting."""
