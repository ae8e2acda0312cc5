# libopus and SpeexDSP's resampler from their own sources (tools/setup/versions.mjs), natively and for WebAssembly.
#
#   shopbell_opus(NAME [SIMD sse4|avx2] [UPSTREAM])
#       a static library of what we use of libopus: encoder and decoder in floats. No multistream, no projection, no neural parts, no
#       custom modes; what wasm/voice/opus replaces is left out. UPSTREAM: nothing is replaced.
#   shopbell_opus_test(NAME SOURCE…)   one of libopus's own test programs on that library
#   shopbell_speex_resampler(NAME [SIMD])
#
# Without SIMD it is plain C whose floating-point operations happen as they are written (-ffp-contract=off), so that every such build,
# native or WebAssembly, makes the same packets. SIMD sse4 is upstream's SSE4.1 code; for WebAssembly Emscripten maps its intrinsics to
# the 128-bit instructions.

# FLOAT_APPROX: logarithms and exponentials by polynomials on the bits of the float, as upstream's own x86 and ARM builds have it.
set(opus_definitions OPUS_BUILD VAR_ARRAYS FLOAT_APPROX HAVE_LRINT HAVE_LRINTF ENABLE_HARDENING OVERRIDE_celt_fatal)
# Our files in wasm/voice/opus, and upstream's that they take the place of.
set(opus_kernels modes nsq mono one_frame)
set(opus_replaced_sources
  "celt/modes.c|silk/NSQ.c|silk/x86/NSQ_sse4_1.c|silk/stereo_(LR_to_MS|find_predictor|quant_pred|encode_pred).c|src/(repacketizer|extensions).c")

set(opus_internal_folders ${OPUS_FOLDER} ${OPUS_FOLDER}/celt ${OPUS_FOLDER}/silk ${OPUS_FOLDER}/silk/float)
set(opus_simd_sse4 SSE SSE2 SSE4_1)
set(opus_simd_avx2 ${opus_simd_sse4} AVX2)

# Where nine tenths of the time go (wasm/voice/opus/README.md): these are compiled for speed, all others for size. Without -flto, or
# the linker would put them into functions that are compiled for size, and compile them so too.
set(opus_hot_sources
  silk/NSQ_del_dec.c silk/x86/NSQ_del_dec_sse4_1.c silk/decode_core.c silk/shell_coder.c
  silk/A2NLSF.c silk/LPC_inv_pred_gain.c
  silk/resampler_private_down_FIR.c silk/resampler_private_IIR_FIR.c silk/resampler_private_up2_HQ.c
  silk/float/warped_autocorrelation_FLP.c silk/float/inner_product_FLP.c silk/float/burg_modified_FLP.c
  silk/float/pitch_analysis_core_FLP.c silk/float/LPC_analysis_filter_FLP.c
  celt/kiss_fft.c celt/mdct.c celt/vq.c celt/x86/vq_sse2.c celt/celt_lpc.c celt/x86/celt_lpc_sse4_1.c
  celt/pitch.c celt/x86/pitch_sse.c celt/x86/pitch_sse2.c celt/x86/pitch_sse4_1.c)
if(SHOPBELL_WASM)
  list(TRANSFORM opus_hot_sources PREPEND ${OPUS_FOLDER}/ OUTPUT_VARIABLE hot_files)
  set_source_files_properties(${hot_files} PROPERTIES COMPILE_OPTIONS "-O3;-fno-lto")
endif()

# What every browser with voice has had for years (Chromium 75, Firefox 79, Safari 15), and what SIMD needs more (Safari 16.4).
set(voice_features -mbulk-memory -mnontrapping-fptoint)
set(voice_simd_features -msimd128 -msse4.1)

# Instruction sets of a voice library, for WebAssembly.
function(shopbell_voice_features name simd)
  if(SHOPBELL_WASM)
    target_compile_options(${name} PUBLIC ${voice_features} $<$<BOOL:${simd}>:${voice_simd_features}>)
    target_link_options(${name} INTERFACE ${voice_features} $<$<BOOL:${simd}>:${voice_simd_features}>)
  endif()
endfunction()

# The lists of sources that upstream keeps for its makefiles.
function(opus_sources file list result)
  file(READ ${OPUS_FOLDER}/${file} text)
  string(REPLACE "\\\n" " " text "${text}")
  if(NOT text MATCHES "(^|\n)${list} *= *([^\n]*)")
    message(FATAL_ERROR "${file} of libopus has no list ${list}")
  endif()
  separate_arguments(names UNIX_COMMAND "${CMAKE_MATCH_2}")
  list(TRANSFORM names PREPEND ${OPUS_FOLDER}/)
  set(${result} ${${result}} ${names} PARENT_SCOPE)
endfunction()

function(shopbell_opus name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "UPSTREAM" "SIMD" "")
  opus_sources(opus_sources.mk OPUS_SOURCES sources)
  opus_sources(opus_sources.mk OPUS_SOURCES_FLOAT sources)
  opus_sources(celt_sources.mk CELT_SOURCES sources)
  opus_sources(silk_sources.mk SILK_SOURCES sources)
  opus_sources(silk_sources.mk SILK_SOURCES_FLOAT sources)
  list(FILTER sources EXCLUDE REGEX "silk/debug|multistream|projection|mapping_matrix")
  if(arg_SIMD)
    opus_sources(celt_sources.mk CELT_SOURCES_SSE sources)
    opus_sources(celt_sources.mk CELT_SOURCES_SSE2 sources)
    opus_sources(celt_sources.mk CELT_SOURCES_SSE4_1 sources)
    opus_sources(silk_sources.mk SILK_SOURCES_SSE4_1 sources)
  endif()
  if(arg_SIMD STREQUAL avx2)
    opus_sources(celt_sources.mk CELT_SOURCES_AVX2 sources)
    opus_sources(silk_sources.mk SILK_SOURCES_AVX2 sources)
    opus_sources(silk_sources.mk SILK_SOURCES_FLOAT_AVX2 sources)
  endif()
  set(kernels fatal)
  if(NOT arg_UPSTREAM)
    list(FILTER sources EXCLUDE REGEX "${opus_replaced_sources}")
    list(APPEND kernels ${opus_kernels})
  endif()
  list(TRANSFORM kernels REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/wasm/voice/opus/\\1.c")
  add_library(${name} STATIC ${sources} ${kernels})
  target_include_directories(${name} SYSTEM PUBLIC ${OPUS_FOLDER}/include)
  target_include_directories(${name} PRIVATE ${opus_internal_folders})
  target_compile_definitions(${name} PRIVATE ${opus_definitions})
  target_compile_options(${name} PRIVATE -w)
  if(SHOPBELL_WASM)
    # Upstream's asserts name their files: a release must not have this machine's paths in it.
    target_compile_options(${name} PRIVATE -ffile-prefix-map=${OPUS_FOLDER}=opus)
  endif()
  target_link_libraries(${name} PRIVATE flags)
  if(arg_SIMD)
    foreach(set IN LISTS opus_simd_${arg_SIMD})
      target_compile_definitions(${name} PRIVATE OPUS_X86_MAY_HAVE_${set} OPUS_X86_PRESUME_${set})
    endforeach()
  else()
    target_compile_options(${name} PRIVATE -ffp-contract=off)
  endif()
  shopbell_voice_features(${name} "${arg_SIMD}")
  if(NOT SHOPBELL_WASM)
    target_compile_options(${name} PRIVATE -O3)
    if(arg_SIMD STREQUAL sse4)
      target_compile_options(${name} PRIVATE -msse4.1)
    elseif(arg_SIMD STREQUAL avx2)
      target_compile_options(${name} PRIVATE -mavx2 -mfma)
    endif()
  endif()
endfunction()

function(shopbell_speex_resampler name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SIMD" "" "")
  add_library(${name} STATIC ${SPEEXDSP_FOLDER}/libspeexdsp/resample.c)
  target_include_directories(${name} SYSTEM PUBLIC ${SPEEXDSP_FOLDER}/include/speex PRIVATE ${SPEEXDSP_FOLDER}/libspeexdsp)
  target_compile_definitions(${name} PUBLIC OUTSIDE_SPEEX RANDOM_PREFIX=shopbell PRIVATE FLOATING_POINT VAR_ARRAYS)
  target_compile_options(${name} PRIVATE -w)
  target_link_libraries(${name} PRIVATE flags)
  shopbell_voice_features(${name} ${arg_SIMD})
  if(arg_SIMD)
    target_compile_definitions(${name} PRIVATE USE_SSE USE_SSE2)
  endif()
endfunction()

# All of voice with one codec: NAME is the library, NAME's codec is opus_PART.
function(shopbell_voice_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SIMD" "" "SOURCES")
  if(arg_SIMD)
    shopbell_opus(${name}_opus SIMD sse4)
    shopbell_speex_resampler(${name}_resampler SIMD)
  else()
    shopbell_opus(${name}_opus)
    shopbell_speex_resampler(${name}_resampler)
  endif()
  shopbell_library(${name} SOURCES ${arg_SOURCES} LINK ${name}_opus ${name}_resampler)
endfunction()

# The parts that only libopus's own tests need are a library beside it.
function(shopbell_opus_test name)
  if(NOT TARGET opus_surround)
    set(parts src/opus_multistream src/opus_multistream_encoder src/opus_multistream_decoder src/opus_projection_encoder
      src/opus_projection_decoder src/mapping_matrix src/repacketizer src/extensions
      silk/stereo_LR_to_MS silk/stereo_find_predictor silk/stereo_quant_pred silk/stereo_encode_pred)
    list(TRANSFORM parts REPLACE "(.+)" "${OPUS_FOLDER}/\\1.c")
    add_library(opus_surround STATIC EXCLUDE_FROM_ALL ${parts})
    target_include_directories(opus_surround SYSTEM PUBLIC ${opus_internal_folders})
    target_compile_definitions(opus_surround PUBLIC ${opus_definitions})
    target_compile_options(opus_surround PUBLIC -w)
    target_link_libraries(opus_surround PUBLIC voice_library_opus PRIVATE flags)
  endif()
  list(TRANSFORM ARGN PREPEND ${OPUS_FOLDER}/tests/)
  add_executable(${name} EXCLUDE_FROM_ALL ${ARGN})
  target_link_libraries(${name} PRIVATE opus_surround flags)
  # Asserts of the tests themselves are to stay.
  target_compile_options(${name} PRIVATE -UNDEBUG)
  set_target_properties(${name} PROPERTIES SUFFIX .cjs)
  target_link_options(${name} PRIVATE -sENVIRONMENT=node -sEXIT_RUNTIME -sALLOW_MEMORY_GROWTH -sSTACK_SIZE=1MB
    --pre-js ${CMAKE_SOURCE_DIR}/tests/voice-codec/environment.js)
endfunction()
