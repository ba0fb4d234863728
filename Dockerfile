# The function's image. `make image` builds it; docs/image.md says what is in it and why.
# The single source of truth for the image's Python version.
ARG BASE_IMAGE=python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
ARG BUILD_IMAGE=${BASE_IMAGE}

# All work runs on the build platform, so an arm64 image needs no emulation on x86-64.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
ARG BUILDARCH
ARG TARGETARCH
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_CACHE_DIR=/var/cache/pip
WORKDIR /build

# The locked wheels of the target platform, and those of the build platform, whose ONNX Runtime verifies the bundle.
COPY requirements/function.txt requirements/
RUN --mount=type=cache,target=/var/cache/pip set -eu; \
    for arch in $(printf '%s\n' "$BUILDARCH" "$TARGETARCH" | sort -u); do \
      case "$arch" in \
        amd64) machine=x86_64 ;; \
        arm64) machine=aarch64 ;; \
        *) echo "error: AWS Lambda runs amd64 and arm64, not $arch; choose --platform linux/arm64 or linux/amd64" >&2; exit 1 ;; \
      esac; \
      python -m pip install --quiet --target "wheels/$arch" --require-hashes --no-deps --no-compile \
        --only-binary=:all: --platform "manylinux_2_28_$machine" --platform "manylinux_2_27_$machine" \
        --platform "manylinux_2_17_$machine" --platform "manylinux2014_$machine" -r requirements/function.txt || { \
          echo "error: requirements/function.txt: not every package could be had as a wheel for linux/$arch; pip says" \
            "above which. Choose versions that have one (make lock), or the other --platform" >&2; exit 1; }; \
    done

# The files that the function loads, and those that licences and vulnerability scanners require.
RUN set -eu; mkdir -p packages/var/task; cd "wheels/$TARGETARCH"; \
    cp -a --parents awslambdaric runtime_client.*.so simplejson/*.py simplejson/_speedups.*.so snapshot_restore_py.py \
      aws_embedded_metrics orjson/__init__.py orjson/orjson.*.so onnxruntime/capi/libonnxruntime.so.* onnxruntime/LICENSE onnxruntime/ThirdPartyNotices.txt \
      swagger_ui_bundle/__init__.py swagger_ui_bundle/vendor/*/swagger-ui-bundle.js swagger_ui_bundle/vendor/*/swagger-ui.css \
      swagger_ui_bundle-*.dist-info awslambdaric-*.dist-info simplejson-*.dist-info snapshot_restore_py-*.dist-info \
      aws_embedded_metrics-*.dist-info orjson-*.dist-info onnxruntime-*.dist-info /build/packages/var/task; \
    cd /build; \
    python -m compileall -q --invalidation-mode unchecked-hash -s packages -p / packages/var/task

COPY inference_lib code/var/task/inference_lib
COPY infra/image/bytecode.py infra/image/bill_of_materials.py ./
RUN set -eu; rm code/var/task/inference_lib/testing.py; \
    python -m compileall -q --invalidation-mode unchecked-hash -s code -p / code/var/task; \
    PYTHONPATH="wheels/$BUILDARCH:code/var/task" python bytecode.py code; \
    mkdir -p code/opt; python bill_of_materials.py packages/var/task code/opt/sbom.cdx.json ""; \
    chmod -R u=rwX,go=rX packages code; \
    find packages code -exec touch --no-dereference --date=@0 {} +

FROM build AS proof
# Verifies the bundle with the files of the image; for another platform, with the same versions for this one.
ARG BUNDLE
# The bundle of the shadow model; the first bundle again where there is none.
ARG SHADOW_BUNDLE=${BUNDLE}
COPY model_export verification/model_export
COPY ${BUNDLE}/ ./${BUNDLE}/
COPY ${SHADOW_BUNDLE}/ ./${SHADOW_BUNDLE}/
RUN set -eu; \
    if [ -z "$BUNDLE" ]; then \
      echo "error: no bundle is named; use make image, or --build-arg BUNDLE=bundles/NAME/VERSION" >&2; exit 1; \
    fi; \
    if [ "$BUILDARCH" = "$TARGETARCH" ]; then packages=packages/var/task; else packages="wheels/$BUILDARCH"; fi; \
    PYTHONPATH="$packages:code/var/task:verification" python -m model_export verify "$BUNDLE"; \
    mkdir -p model/opt; cp -a "$BUNDLE" model/opt/model; set -- "$BUNDLE"; \
    if [ "$SHADOW_BUNDLE" != "$BUNDLE" ]; then \
      PYTHONPATH="$packages:code/var/task:verification" python -m model_export verify "$SHADOW_BUNDLE"; \
      cp -a "$SHADOW_BUNDLE" model/opt/shadow; set -- "$BUNDLE" "$SHADOW_BUNDLE"; \
    fi; \
    python bill_of_materials.py packages/var/task model/opt/sbom.cdx.json "$@"; \
    chmod -R u=rwX,go=rX model; \
    find model -exec touch --no-dereference --date=@0 {} +

# Serves the bundle that MODEL_BUNDLE names, on shared storage; docs/shared-storage.md.
FROM ${BASE_IMAGE} AS runtime
ARG IMAGE_TITLE
ARG IMAGE_VERSION
ARG IMAGE_REVISION
LABEL org.opencontainers.image.title="${IMAGE_TITLE}" \
      org.opencontainers.image.version="${IMAGE_VERSION}" \
      org.opencontainers.image.revision="${IMAGE_REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONNOUSERSITE=1 PYTHONUNBUFFERED=1
COPY --from=build /build/packages/ /
COPY --from=build /build/code/ /
WORKDIR /var/task
USER 65532:65532
# Without the module site, which a cold start would pay for: the packages are in the working directory.
ENTRYPOINT ["python", "-S", "-m", "awslambdaric"]
CMD ["inference_lib.handler.handler"]

FROM runtime
ARG MODEL_NAME
ARG MODEL_VERSION
# Docker 24 and newer give the same content the same digest at any build time.
ARG SOURCE_DATE_EPOCH
LABEL inference.model.name="${MODEL_NAME}" \
      inference.model.version="${MODEL_VERSION}"
ENV MODEL_BUNDLE=/opt/model
COPY --from=proof /build/model/ /
