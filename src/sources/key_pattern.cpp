#include "sources/key_pattern.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r2i::sources {

namespace {

constexpr std::string_view kMany = "**";

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '_' || c == '-'; });
}

/// The first segment of `text`, which is cut off; nothing: there is none left.
std::optional<std::string_view> take_first(std::optional<std::string_view>& text) {
  if (!text) return std::nullopt;
  const auto slash = text->find('/');
  const std::string_view first = text->substr(0, slash);
  text = slash == std::string_view::npos ? std::nullopt : std::optional(text->substr(slash + 1));
  return first;
}

std::optional<std::string_view> take_last(std::optional<std::string_view>& text) {
  if (!text) return std::nullopt;
  const auto slash = text->rfind('/');
  const std::string_view last = slash == std::string_view::npos ? *text : text->substr(slash + 1);
  text = slash == std::string_view::npos ? std::nullopt : std::optional(text->substr(0, slash));
  return last;
}

std::string reversed(std::string_view text) {
  std::vector<std::string> labels = split(text, '/');
  std::ranges::reverse(labels);
  return join(labels, ".");
}

}  // namespace

std::string_view part_of(const KeyParts& parts, std::string_view name) {
  const auto found = std::ranges::find(parts, name, &KeyParts::value_type::first);
  return found == parts.end() ? std::string_view() : std::string_view(found->second);
}

tl::expected<KeyPattern::Segment, std::string> KeyPattern::parse_segment(std::string_view text) {
  Segment segment;
  if (text == kMany) {
    segment.kind = Segment::Kind::many;
    return segment;
  }
  const std::string_view whole = text;
  while (!text.empty()) {
    const auto special = text.find_first_of("*{}");
    if (special != 0) {
      segment.pieces.push_back({Piece::Kind::literal, std::string(text.substr(0, special))});
      text = special == std::string_view::npos ? std::string_view() : text.substr(special);
      continue;
    }
    if (!segment.pieces.empty() && segment.pieces.back().kind != Piece::Kind::literal)
      return tl::make_unexpected(fmt::format("in {} nothing tells where one part ends and the next begins", whole));
    if (text.front() == '*') {
      if (text.starts_with(kMany))
        return tl::make_unexpected(fmt::format("** stands for whole segments: in {} it is a part of one", whole));
      segment.pieces.push_back({Piece::Kind::any, {}});
      text.remove_prefix(1);
      continue;
    }
    const auto close = text.find('}');
    if (text.front() == '}' || close == std::string_view::npos)
      return tl::make_unexpected(fmt::format("in {} a brace has no other one", whole));
    const std::string_view inside = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    const auto colon = inside.find(':');
    const std::string_view name = inside.substr(0, colon);
    if (!is_name(name)) return tl::make_unexpected(fmt::format("in {} {} is no name", whole, in_quotes(name)));
    segment.pieces.push_back({Piece::Kind::part, std::string(name)});
    if (colon == std::string_view::npos) continue;
    const std::string_view how = inside.substr(colon + 1);
    if (how != kMany && how != "reversed")
      return tl::make_unexpected(fmt::format("in {} {} is neither ** nor reversed", whole, in_quotes(how)));
    if (segment.pieces.size() > 1 || !text.empty())
      return tl::make_unexpected(
          fmt::format("{{{}}} stands for whole segments: in {} it is a part of one", inside, whole));
    segment.kind = how == kMany ? Segment::Kind::many : Segment::Kind::reversed;
  }
  return segment;
}

tl::expected<KeyPattern, std::string> KeyPattern::parse(std::string_view text) {
  KeyPattern pattern;
  pattern.text_ = text;
  if (text.empty()) return tl::make_unexpected("the pattern is empty");
  for (const std::string& part : split(text, '/')) {
    auto segment = parse_segment(part);
    if (!segment) return tl::make_unexpected(std::move(segment.error()));
    for (const Piece& piece : segment->pieces) {
      if (piece.kind == Piece::Kind::part && pattern.names(piece.text))
        return tl::make_unexpected(fmt::format("{{{}}} comes twice", piece.text));
    }
    if (segment->kind != Segment::Kind::one) {
      if (pattern.many_) return tl::make_unexpected("only one part may stand for several segments");
      pattern.many_ = pattern.segments_.size();
    }
    pattern.segments_.push_back(std::move(*segment));
  }
  return pattern;
}

bool KeyPattern::names(std::string_view part) const {
  return std::ranges::any_of(segments_, [&](const Segment& segment) {
    return std::ranges::any_of(
        segment.pieces, [&](const Piece& piece) { return piece.kind == Piece::Kind::part && piece.text == part; });
  });
}

bool KeyPattern::may_be_below(std::string_view folder, std::size_t depth) const {
  if (!many_ && depth >= segments_.size()) return false;
  KeyParts parts;
  std::optional<std::string_view> rest = depth == 0 ? std::nullopt : std::optional(folder);
  for (std::size_t i = 0; i < depth && i < many_.value_or(depth); ++i) {
    const auto segment = take_first(rest);
    if (!segment || !match_segment(segments_[i].pieces, *segment, parts)) return false;
  }
  return true;
}

std::string_view KeyPattern::only_name_below(std::size_t depth) const {
  if (depth >= many_.value_or(segments_.size())) return {};
  const auto& pieces = segments_[depth].pieces;
  return pieces.size() == 1 && pieces.front().kind == Piece::Kind::literal ? std::string_view(pieces.front().text)
                                                                           : std::string_view();
}

std::optional<std::size_t> KeyPattern::depth() const {
  return many_ ? std::nullopt : std::optional(segments_.size());
}

std::string_view KeyPattern::last_part() const {
  const Segment& last = segments_.back();
  const bool one_part = last.kind == Segment::Kind::one && last.pieces.size() == 1;
  return one_part && last.pieces.front().kind == Piece::Kind::part ? std::string_view(last.pieces.front().text)
                                                                   : std::string_view();
}

/// Every part ends where the text behind it comes first, so that nothing has to be tried twice.
bool KeyPattern::match_segment(const std::vector<Piece>& pieces, std::string_view text, KeyParts& parts) {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    if (piece.kind == Piece::Kind::literal) {
      if (!text.starts_with(piece.text)) return false;
      text.remove_prefix(piece.text.size());
      continue;
    }
    const std::size_t least = piece.kind == Piece::Kind::part ? 1 : 0;
    std::size_t end = text.size();
    if (i + 2 == pieces.size()) {
      const std::string& tail = pieces[i + 1].text;
      if (!text.ends_with(tail)) return false;
      end -= tail.size();
    } else if (i + 2 < pieces.size()) {
      end = text.find(pieces[i + 1].text, least);
    }
    if (end == std::string_view::npos || end < least) return false;
    if (piece.kind == Piece::Kind::part) parts.emplace_back(piece.text, text.substr(0, end));
    text.remove_prefix(end);
  }
  return text.empty();
}

bool KeyPattern::match_many(const Segment& segment, std::string_view text, KeyParts& parts) {
  if (segment.pieces.empty()) return true;
  if (text.empty()) return false;
  const std::string& name = segment.pieces.front().text;
  parts.emplace_back(name, segment.kind == Segment::Kind::reversed ? reversed(text) : std::string(text));
  return true;
}

bool KeyPattern::match(std::string_view key, KeyParts& parts) const {
  parts.clear();
  parts.reserve(segments_.size());
  std::optional<std::string_view> rest = key;
  const std::size_t before = many_.value_or(segments_.size());
  for (std::size_t i = 0; i < before; ++i) {
    const auto segment = take_first(rest);
    if (!segment || !match_segment(segments_[i].pieces, *segment, parts)) return false;
  }
  if (!many_) return !rest;
  for (std::size_t i = segments_.size(); --i > before;) {
    const auto segment = take_last(rest);
    if (!segment || !match_segment(segments_[i].pieces, *segment, parts)) return false;
  }
  if (!rest && !segments_[before].pieces.empty()) return false;
  return match_many(segments_[before], rest.value_or(std::string_view()), parts);
}

}  // namespace r2i::sources
