# docker build -t stepgrad . && docker run -p 8000:8000 stepgrad
FROM python:3.13-slim AS build
COPY . /src
# The build brings its own Node and fonts; none of that reaches the image below.
RUN python -m venv /opt/stepgrad \
 && /opt/stepgrad/bin/pip install --no-cache-dir --constraint /src/constraints.txt /src

FROM python:3.13-slim
COPY --from=build /opt/stepgrad /opt/stepgrad
RUN useradd --system --no-create-home stepgrad
USER stepgrad
ENV PATH=/opt/stepgrad/bin:$PATH PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["stepgrad", "serve", "--host", "0.0.0.0", "--port", "8000"]
