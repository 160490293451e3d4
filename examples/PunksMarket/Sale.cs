using Cairn.Contracts;

namespace Cairn.Examples.Punks;

/// <summary>A sale, a line of the file.</summary>
/// <param name="Height">The block of the chain it was in.</param>
/// <param name="Time">The time of that block.</param>
/// <param name="Punk">The punk.</param>
/// <param name="Price">The price in wei.</param>
/// <param name="Seller">Who sold it.</param>
/// <param name="Buyer">Who bought it; the zero address where the chain recorded it so.</param>
/// <param name="Transaction">The hash of the transaction.</param>
internal sealed record Sale(BlockHeight Height, DateTimeOffset Time, ushort Punk, UInt128 Price, Address Seller, Address Buyer, Hash256 Transaction);
