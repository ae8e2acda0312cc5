# libopus and SpeexDSP's resampler from their own sources (tools/setup/versions.mjs), natively and for WebAssembly.
#
#   shopbell_opus(NAME [SIMD sse|avx2])   a static library of what we use of libopus: encoder and decoder in floats. No multistream,
#                                         no projection, no neural parts, no custom modes.
#
# Without SIMD it is plain C whose floating-point operations happen as they are written (-ffp-contract=off), so that every such build,
# native or WebAssembly, makes the same packets.

# FLOAT_APPROX: logarithms and exponentials by polynomials on the bits of the float, as upstream's own x86 and ARM builds have it.
set(opus_definitions OPUS_BUILD VAR_ARRAYS FLOAT_APPROX HAVE_LRINT HAVE_LRINTF ENABLE_HARDENING)

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
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SIMD" "")
  opus_sources(opus_sources.mk OPUS_SOURCES sources)
  opus_sources(opus_sources.mk OPUS_SOURCES_FLOAT sources)
  opus_sources(celt_sources.mk CELT_SOURCES sources)
  opus_sources(silk_sources.mk SILK_SOURCES sources)
  opus_sources(silk_sources.mk SILK_SOURCES_FLOAT sources)
  list(FILTER sources EXCLUDE REGEX "multistream|projection|mapping_matrix|silk/debug")
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} SYSTEM PUBLIC ${OPUS_FOLDER}/include)
  target_include_directories(${name} PRIVATE ${OPUS_FOLDER} ${OPUS_FOLDER}/celt ${OPUS_FOLDER}/silk ${OPUS_FOLDER}/silk/float)
  target_compile_definitions(${name} PRIVATE ${opus_definitions})
  target_compile_options(${name} PRIVATE -w)
  target_link_libraries(${name} PRIVATE flags)
  if(NOT arg_SIMD)
    target_compile_options(${name} PRIVATE -ffp-contract=off)
  endif()
endfunction()

function(shopbell_speex_resampler name)
  add_library(${name} STATIC ${SPEEXDSP_FOLDER}/libspeexdsp/resample.c)
  target_include_directories(${name} SYSTEM PUBLIC ${SPEEXDSP_FOLDER}/include/speex PRIVATE ${SPEEXDSP_FOLDER}/libspeexdsp)
  target_compile_definitions(${name} PUBLIC OUTSIDE_SPEEX RANDOM_PREFIX=shopbell PRIVATE FLOATING_POINT VAR_ARRAYS)
  target_compile_options(${name} PRIVATE -w)
  target_link_libraries(${name} PRIVATE flags)
endfunction()
